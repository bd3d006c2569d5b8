-- What stands around a spot (lon, lat in EPSG:4326), for someone of `jurisdiction` (null: everything): its
-- territory, the nearest door, building, estate and place, the nearest road with the side of it, and the nearest
-- crossing of that road. In Web Mercator, which keeps angles, what is nearest is nearest on the ground too: the
-- GiST indexes on the stored twins give it in order, and only the first is measured.
CREATE OR REPLACE FUNCTION geocoder_around(
  lon double precision, lat double precision, radius_m double precision, jurisdiction text, today date
) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  spot geometry := ST_SetSRID(ST_MakePoint(lon, lat), 4326);
  spot_3857 geometry := ST_Transform(spot, 3857);
  reach geometry := ST_Expand(spot_3857, radius_m / cos(radians(lat)));
  home text;
  unit text;
  grid jsonb;
  regions jsonb;
  road record;
  crossing jsonb;
  near jsonb;
BEGIN
  SELECT u.region_code, u.code INTO home, unit FROM (
    SELECT g.region_code, g.code, g.valid FROM grids_unitgrid g WHERE ST_Covers(g.boundary, spot) OFFSET 0) u
   WHERE u.valid @> today ORDER BY u.code LIMIT 1;
  IF home IS NULL THEN
    SELECT r.code INTO home FROM (
      SELECT g.code, g.level, g.valid FROM grids_region g WHERE ST_Covers(g.boundary, spot) OFFSET 0) r
     WHERE r.valid @> today ORDER BY r.level DESC, r.code LIMIT 1;
  END IF;
  IF home IS NULL OR NOT geocoder_visible('region', home, jurisdiction) THEN
    RETURN NULL;
  END IF;
  SELECT jsonb_build_object('code', g.code, 'name', g.name) INTO grid FROM grids_responsibilitygrid g
   WHERE g.valid @> today AND ST_Covers(g.boundary, spot) AND geocoder_visible('grid', g.region_code, jurisdiction)
   ORDER BY g.code LIMIT 1;
  SELECT jsonb_agg(jsonb_build_object('code', r.code, 'name', r.name) ORDER BY r.code) INTO regions
    FROM grids_region r
   WHERE r.code IN (left(home, 2), left(home, 4), left(home, 6), left(home, 9), left(home, 12)) AND r.valid @> today;

  SELECT r.name, r.centreline, ST_ClosestPoint(r.centreline, spot) AS foot INTO road FROM buildings_road r
   WHERE r.name <> '' AND r.kind <> 'rail' AND r.centreline_3857 && reach
     AND geocoder_visible('road', r.region_code, jurisdiction)
   ORDER BY r.centreline_3857 <-> spot_3857 LIMIT 1;
  IF road.name IS NOT NULL THEN
    SELECT jsonb_build_object('name', road.name || '与' || c.name || '路口', 'roads', jsonb_build_array(road.name, c.name),
                              'distance_m', ST_Distance(c.meeting::geography, spot::geography),
                              'bearing', degrees(ST_Azimuth(c.meeting::geography, spot::geography)))
      INTO crossing FROM (
        SELECT other.name, ST_ClosestPoint(ST_Intersection(road.centreline, other.centreline), spot) AS meeting
          FROM buildings_road other
         WHERE other.name <> '' AND other.name <> road.name AND other.kind <> 'rail' AND other.centreline_3857 && reach
           AND ST_Intersects(other.centreline, road.centreline)
           AND geocoder_visible('road', other.region_code, jurisdiction)) c
     ORDER BY c.meeting <-> spot LIMIT 1;
  END IF;

  SELECT jsonb_object_agg(things.thing, things.told) INTO near FROM (
    (SELECT 'door' AS thing, jsonb_build_object(
       'name', d.road_name || d.number || CASE WHEN d.number ~ '\d$' THEN '号' ELSE '' END, 'id', d.id,
       'distance_m', ST_Distance(d.location::geography, spot::geography),
       'bearing', degrees(ST_Azimuth(d.location_3857, spot_3857))) AS told
       FROM buildings_door d WHERE d.location_3857 && reach AND geocoder_visible('door', d.region_code, jurisdiction)
      ORDER BY d.location_3857 <-> spot_3857 LIMIT 1)
    UNION ALL
    (SELECT 'building', jsonb_build_object(
       'name', b.name, 'number', b.number, 'estate', COALESCE(e.name, ''), 'address', b.address, 'id', b.id,
       'distance_m', ST_Distance(b.footprint::geography, spot::geography),
       'bearing', degrees(ST_Azimuth(ST_ClosestPoint(b.footprint_3857, spot_3857), spot_3857)))
       FROM (SELECT * FROM buildings_building n WHERE n.footprint_3857 && reach
                AND (n.name <> '' OR n.address <> '' OR (n.number <> '' AND n.estate_id IS NOT NULL))
                AND geocoder_visible('building', n.region_code, jurisdiction)
              ORDER BY n.footprint_3857 <-> spot_3857 LIMIT 1) b
       LEFT JOIN buildings_estate e ON e.id = b.estate_id AND geocoder_visible('estate', e.region_code, jurisdiction))
    UNION ALL
    (SELECT 'estate', jsonb_build_object('name', e.name, 'id', e.id,
       'distance_m', ST_Distance(e.boundary::geography, spot::geography),
       'bearing', degrees(ST_Azimuth(ST_ClosestPoint(e.boundary_3857, spot_3857), spot_3857)))
       FROM buildings_estate e WHERE e.boundary_3857 && reach AND geocoder_visible('estate', e.region_code, jurisdiction)
      ORDER BY e.boundary_3857 <-> spot_3857 LIMIT 1)
    UNION ALL
    (SELECT 'place', jsonb_build_object('name', p.name, 'category', p.category, 'id', p.id,
       'distance_m', ST_Distance(p.location::geography, spot::geography),
       'bearing', degrees(ST_Azimuth(p.location_3857, spot_3857)))
       FROM buildings_place p WHERE p.location_3857 && reach AND geocoder_visible('place', p.region_code, jurisdiction)
      ORDER BY p.location_3857 <-> spot_3857 LIMIT 1)
  ) things;

  RETURN jsonb_build_object(
    'region_code', home, 'regions', regions, 'unit_grid', unit, 'responsibility_grid', grid, 'crossing', crossing,
    'road', CASE WHEN road.name IS NOT NULL THEN jsonb_build_object(
      'name', road.name, 'distance_m', ST_Distance(road.foot::geography, spot::geography),
      'bearing', degrees(ST_Azimuth(road.foot::geography, spot::geography))) END) || COALESCE(near, '{}');
END $$;
