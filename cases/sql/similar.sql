-- Cases that may be the same thing: of one category, reported near the spot (lon, lat in EPSG:4326) and not
-- long ago, neither closed nor voided, in the district that `jurisdiction` lies in. The category says how near (radius_m) and
-- how long ago. `cells` are the H3 cells that hold every point within that radius (cases/similarity.py); the
-- caller compares radius_m with what its cells cover. Index: case_cell_time (h3, reported_at).
-- The answer is {radius_m, window_h, cases: [{id, number, distance_m, age_min, has_photo}]}, nearest first:
-- what one must know in order not to report twice, and no more.
CREATE OR REPLACE FUNCTION similar_cases(
  lon float8, lat float8, of_category bigint, cells bigint[], jurisdiction text, moment timestamptz
) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
  spot geography := ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography;
  rule record;
  near jsonb;
BEGIN
  SELECT c.similar_radius_m, c.similar_window_h INTO rule FROM cases_category c WHERE c.id = of_category AND c.is_active;
  IF NOT FOUND OR jurisdiction = '' THEN
    RETURN NULL;
  END IF;
  SELECT jsonb_agg(jsonb_build_object(
           'id', n.id, 'number', n.number, 'distance_m', n.distance_m,
           'age_min', greatest(0, floor(extract(epoch FROM moment - n.reported_at) / 60)),
           'has_photo', EXISTS (SELECT FROM cases_casephoto p WHERE p.case_id = n.id)) ORDER BY n.distance_m, n.id)
    INTO near FROM (
      SELECT c.id, c.number, c.reported_at, ST_Distance(c.location::geography, spot) AS distance_m
        FROM cases_case c
       WHERE c.h3 = ANY (cells) AND c.reported_at >= moment - rule.similar_window_h * interval '1 hour'
         AND c.category_id = of_category AND c.stage NOT IN ('closed', 'voided') AND in_district(c.region_code, jurisdiction)
         AND ST_DWithin(c.location::geography, spot, rule.similar_radius_m)
       ORDER BY distance_m, c.id LIMIT 10) n;
  RETURN jsonb_build_object(
    'radius_m', rule.similar_radius_m, 'window_h', rule.similar_window_h, 'cases', COALESCE(near, '[]'));
END $$;
