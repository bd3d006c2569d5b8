-- A region lies in its parent: the interior point of a region's boundary is covered by the nearest ancestor
-- that is loaded and in force at the same time. Checked at the end of the transaction, so that a whole city
-- loads in any order. Indexes: region_one_version_at_a_time (code).
CREATE OR REPLACE FUNCTION region_lies_in_its_parent() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  parent grids_region;
BEGIN
  SELECT * INTO NEW FROM grids_region r WHERE r.id = NEW.id;  -- as it stands at the end; it may be gone again
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT * INTO parent FROM grids_region p
   WHERE p.code = ANY (ARRAY[left(NEW.code, 9), left(NEW.code, 6), left(NEW.code, 4), left(NEW.code, 2)])
     AND length(p.code) < length(NEW.code) AND p.valid && NEW.valid
   ORDER BY length(p.code) DESC, upper(p.valid) DESC NULLS FIRST LIMIT 1;
  IF FOUND AND NOT ST_Covers(parent.boundary, ST_PointOnSurface(NEW.boundary)) THEN
    RAISE EXCEPTION 'region % lies outside its parent %', NEW.code, parent.code
      USING ERRCODE = 'check_violation', CONSTRAINT = 'region_lies_in_its_parent';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS region_lies_in_its_parent ON grids_region;
CREATE CONSTRAINT TRIGGER region_lies_in_its_parent
  AFTER INSERT OR UPDATE OF code, boundary, valid ON grids_region
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION region_lies_in_its_parent();
