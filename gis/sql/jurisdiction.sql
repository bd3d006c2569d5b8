-- Jurisdiction for statements that are SQL on their own; the rules are those of gis/jurisdiction.py, and a test
-- compares the two. Spatial indexes find the rows, these tests are made on the few that are found.

-- The row lies in the district (or city, or province) that someone of `jurisdiction` works in.
CREATE OR REPLACE FUNCTION in_district(region_code text, jurisdiction text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT jurisdiction <> '' AND starts_with(region_code, left(jurisdiction, 6))
$$;

-- The row is ground common to that district: in it, or reaching beyond it (CommonGround.visible_to).
CREATE OR REPLACE FUNCTION is_common_ground(region_code text, jurisdiction text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT in_district(region_code, jurisdiction)
      OR (region_code <> '' AND jurisdiction <> '' AND starts_with(left(jurisdiction, 6), region_code))
$$;
