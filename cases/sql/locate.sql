-- What is known of a spot (lon, lat in EPSG:4326) for someone who works in the region `jurisdiction`: its
-- territory and who answers for it, whether it lies outside the asker's own grids, and what stands nearest.
-- The ground of his whole district is common; of another district it says only that it is outside. Distances
-- are metres on the ground, bearings degrees from north, seen from the thing.
-- One homing rule for all (grids.homing): the unit grid that covers the spot, else the smallest region; on a
-- shared border the lower code, but a grid of one's own before a neighbour's.
-- In Web Mercator, which keeps angles, what is nearest is nearest on the ground too: the GiST indexes on the
-- stored twins (building_footprint_3857 …) give it in order, and only the first is measured.
CREATE OR REPLACE FUNCTION locate(
  lon float8, lat float8, accuracy_m float8, asker bigint, jurisdiction text, today date
) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
  spot geometry := ST_SetSRID(ST_MakePoint(lon, lat), 4326);
  spot_3857 geometry := ST_Transform(spot, 3857);
  stretch float8 := 1 / cos(radians(lat));  -- one metre on the ground in units of EPSG:3857
  near_100m geometry := ST_Expand(spot_3857, 100 * stretch);
  home text;
  unit record;
  own bigint[];
  grid record;
  officers jsonb;
  regions jsonb;
  road jsonb;
  estate jsonb;
  building jsonb;
  door jsonb;
BEGIN
  SELECT u.code, u.name, u.region_code INTO unit FROM grids_unitgrid u
   WHERE u.valid @> today AND ST_Covers(u.boundary, spot) ORDER BY u.code LIMIT 1;
  home := unit.region_code;
  IF home IS NULL THEN
    SELECT r.code INTO home FROM grids_region r
     WHERE r.valid @> today AND ST_Covers(r.boundary, spot) ORDER BY r.level DESC, r.code LIMIT 1;
  END IF;
  IF home IS NULL OR NOT in_district(home, jurisdiction) THEN
    RETURN jsonb_build_object('outside', CASE WHEN home IS NULL THEN 'regions' ELSE 'district' END);
  END IF;

  SELECT COALESCE(array_agg(g.id), '{}') INTO own
    FROM grids_officer o
    JOIN grids_posting p ON p.officer_id = o.id
    JOIN grids_responsibilitygrid g ON g.id = p.grid_id
   WHERE o.user_id = asker AND g.valid @> today;
  SELECT g.id, g.code, g.name,
         accuracy_m IS NOT NULL AND ST_DWithin(ST_Boundary(g.boundary_3857), spot_3857, accuracy_m * stretch) AS unsure
    INTO grid FROM grids_responsibilitygrid g
   WHERE g.valid @> today AND in_district(g.region_code, jurisdiction) AND ST_Covers(g.boundary, spot)
   ORDER BY g.id = ANY (own) DESC, g.code LIMIT 1;
  SELECT jsonb_agg(jsonb_build_object('name', o.name, 'phone', o.phone, 'is_main', p.is_main)
                   ORDER BY p.is_main DESC, o.card_number)
    INTO officers FROM grids_posting p JOIN grids_officer o ON o.id = p.officer_id WHERE p.grid_id = grid.id;
  SELECT jsonb_object_agg(r.level, jsonb_build_object('code', r.code, 'name', r.name)) INTO regions
    FROM grids_region r
   WHERE r.code = ANY (ARRAY[left(home, 6), left(home, 9), left(home, 12)]) AND r.valid @> today;

  SELECT jsonb_build_object('name', n.name, 'distance_m', ST_Distance(n.centreline::geography, spot::geography),
                            'bearing', degrees(ST_Azimuth(ST_ClosestPoint(n.centreline_3857, spot_3857), spot_3857)))
    INTO road FROM (
      SELECT r.name, r.centreline, r.centreline_3857 FROM buildings_road r
       WHERE r.name <> '' AND r.centreline_3857 && near_100m
         AND is_common_ground(r.region_code, jurisdiction)
       ORDER BY r.centreline_3857 <-> spot_3857 LIMIT 1) n;
  SELECT jsonb_build_object('name', n.name, 'distance_m', ST_Distance(n.boundary::geography, spot::geography))
    INTO estate FROM (
      SELECT e.name, e.boundary FROM buildings_estate e
       WHERE e.boundary_3857 && near_100m AND in_district(e.region_code, jurisdiction)
       ORDER BY e.boundary_3857 <-> spot_3857 LIMIT 1) n;
  SELECT jsonb_build_object('name', n.name, 'number', n.number, 'address', n.address, 'estate', e.name,
                            'distance_m', ST_Distance(n.footprint::geography, spot::geography),
                            'bearing', degrees(ST_Azimuth(ST_ClosestPoint(n.footprint_3857, spot_3857), spot_3857)))
    INTO building FROM (
      SELECT b.name, b.number, b.address, b.estate_id, b.footprint, b.footprint_3857 FROM buildings_building b
       WHERE b.footprint_3857 && near_100m AND is_common_ground(b.region_code, jurisdiction)
         AND (b.name <> '' OR b.address <> '' OR (b.number <> '' AND b.estate_id IS NOT NULL))
       ORDER BY b.footprint_3857 <-> spot_3857 LIMIT 1) n
    LEFT JOIN buildings_estate e ON e.id = n.estate_id;
  SELECT jsonb_build_object('road_name', n.road_name, 'number', n.number,
                            'distance_m', ST_Distance(n.location::geography, spot::geography),
                            'bearing', degrees(ST_Azimuth(n.location_3857, spot_3857)))
    INTO door FROM (
      SELECT d.road_name, d.number, d.location, d.location_3857 FROM buildings_door d
       WHERE d.location_3857 && near_100m AND in_district(d.region_code, jurisdiction)
       ORDER BY d.location_3857 <-> spot_3857 LIMIT 1) n;

  RETURN jsonb_build_object(
    'region_code', home,
    'unit_grid', CASE WHEN unit.code IS NOT NULL THEN jsonb_build_object('code', unit.code, 'name', unit.name) END,
    'responsibility_grid', CASE WHEN grid.id IS NOT NULL THEN
      jsonb_build_object('code', grid.code, 'name', grid.name, 'officers', COALESCE(officers, '[]')) END,
    'is_border_in_accuracy', COALESCE(grid.unsure, false),
    'is_cross_grid', CASE WHEN own = '{}' THEN NOT starts_with(home, jurisdiction)
                          ELSE COALESCE(NOT grid.id = ANY (own), true) END,
    'district', regions -> '6', 'street', regions -> '9', 'community', regions -> '12',
    'road', road, 'estate', estate, 'building', building, 'door', door);
END $$;
