-- The rows of the gazetteer, as each source says them now: geocoder_rows_of(source, ids) gives those that the
-- rows `ids` of a table stand for (null: all). What is stored must equal it; `gazetteer check` compares the two.
-- Columns in the order of geocoder_entry: id, kind, name, key, series, number, low, high, address, region_code,
-- unit_grid_code, source, source_id, weight, valid, geometry, location.

-- The middle of a road on the road itself: of its longest piece.
CREATE OR REPLACE FUNCTION geocoder_middle(line geometry) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ST_LineInterpolatePoint(piece.geom, 0.5) FROM ST_Dump(line) piece
   WHERE ST_GeometryType(piece.geom) = 'ST_LineString' ORDER BY ST_Length(piece.geom) DESC, piece.path LIMIT 1
$$;

-- The smallest region that holds two codes.
CREATE OR REPLACE FUNCTION geocoder_common_region(a text, b text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT COALESCE(max(left(a, level)), '') FROM unnest(ARRAY[2, 4, 6, 9, 12]) level
   WHERE length(a) >= level AND left(a, level) = left(b, level)
$$;

CREATE OR REPLACE FUNCTION geocoder_region_rows(ids bigint[]) RETURNS SETOF geocoder_entry
LANGUAGE sql STABLE AS $$
  SELECT NULL::bigint, 'region', r.name, geocoder_key(r.name), '', r.code, NULL::integer, NULL::integer, r.name,
         r.code, '', 'grids_region', r.id,
         CASE length(r.code) WHEN 2 THEN 1 WHEN 4 THEN 0.95 WHEN 6 THEN 0.9 WHEN 9 THEN 0.8 ELSE 0.7 END::float8,
         r.valid, r.boundary::geometry, ST_PointOnSurface(r.boundary)
    FROM grids_region r WHERE ids IS NULL OR r.id = ANY (ids)
$$;

CREATE OR REPLACE FUNCTION geocoder_unit_grid_rows(ids bigint[]) RETURNS SETOF geocoder_entry
LANGUAGE sql STABLE AS $$
  SELECT NULL::bigint, 'unit_grid', g.code, g.code, '', '', NULL::integer, NULL::integer, g.code,
         g.region_code, g.code, 'grids_unitgrid', g.id, 0.2::float8, g.valid, g.boundary::geometry,
         ST_PointOnSurface(g.boundary)
    FROM grids_unitgrid g WHERE ids IS NULL OR g.id = ANY (ids)
$$;

CREATE OR REPLACE FUNCTION geocoder_responsibility_grid_rows(ids bigint[]) RETURNS SETOF geocoder_entry
LANGUAGE sql STABLE AS $$
  SELECT NULL::bigint, 'responsibility_grid', COALESCE(NULLIF(g.name, ''), g.code), spoken.key, '', '',
         NULL::integer, NULL::integer, COALESCE(NULLIF(g.name, ''), g.code), g.region_code, '',
         'grids_responsibilitygrid', g.id, 0.2::float8, g.valid, g.boundary::geometry, ST_PointOnSurface(g.boundary)
    FROM grids_responsibilitygrid g
   CROSS JOIN LATERAL (SELECT DISTINCT geocoder_key(said) AS key FROM unnest(ARRAY[g.name, g.code]) said
                        WHERE said <> '') spoken
   WHERE ids IS NULL OR g.id = ANY (ids)
$$;

-- A road is all pieces of one name that lie together (0.01 degrees, about a kilometre, apart at most).
CREATE OR REPLACE FUNCTION geocoder_road_rows(names text[]) RETURNS SETOF geocoder_entry
LANGUAGE sql STABLE AS $$
  SELECT NULL::bigint, 'road', name, geocoder_key(name), '', '', NULL::integer, NULL::integer, name,
         geocoder_common_region(min(region_code), max(region_code)), '', 'buildings_road', min(id),
         max(CASE kind WHEN 'path' THEN 0.4 WHEN 'rail' THEN 0.4 WHEN 'service' THEN 0.5 WHEN 'residential' THEN 0.6
             ELSE 0.7 END)::float8,
         NULL::daterange, ST_Multi(ST_LineMerge(ST_CollectionExtract(ST_Collect(centreline), 2)))::geometry,
         geocoder_middle(ST_LineMerge(ST_CollectionExtract(ST_Collect(centreline), 2)))
    FROM (SELECT r.*, ST_ClusterDBSCAN(r.centreline, 0.01, 1) OVER (PARTITION BY r.name) AS part
            FROM buildings_road r WHERE r.name <> '' AND (names IS NULL OR r.name = ANY (names))) pieces
   GROUP BY name, part
$$;

CREATE OR REPLACE FUNCTION geocoder_door_rows(ids bigint[]) RETURNS SETOF geocoder_entry
LANGUAGE sql STABLE AS $$
  WITH doors AS (
    SELECT d.*, geocoder_key(d.road_name) AS road, n.lane, n.number AS canonical, n.low, n.high
      FROM buildings_door d CROSS JOIN LATERAL geocoder_number(d.number) n
     WHERE (ids IS NULL OR d.id = ANY (ids)) AND n.number <> ''
  ), told AS (
    SELECT *, road_name || number || CASE WHEN number ~ '\d$' THEN '号' ELSE '' END AS written,
           road || CASE WHEN lane = '' THEN '' ELSE lane || '弄' END AS series FROM doors
    UNION ALL  -- a place numbers the doors in it too: 梁家村12号, 同安花园209号
    SELECT doors.*, doors.road_name || doors.number, geocoder_key(e.name) FROM doors
      JOIN buildings_estate e ON e.boundary && ST_Expand(doors.location, 0.0002)
       AND ST_DWithin(e.boundary, doors.location, 0.0002)
     WHERE doors.lane = '' AND geocoder_key(e.name) <> doors.road
  )
  SELECT NULL::bigint, 'door', written, '', series, canonical, low, high, written, region_code, unit_grid_code,
         'buildings_door', id, 0.3::float8, NULL::daterange, location::geometry, location
    FROM told
$$;

-- A lane is known by its number on the road (628弄), and by the doors in it.
CREATE OR REPLACE FUNCTION geocoder_lane_rows(roads text[]) RETURNS SETOF geocoder_entry
LANGUAGE sql STABLE AS $$
  SELECT NULL::bigint, 'lane', d.road_name || n.lane || '弄', geocoder_key(d.road_name || n.lane || '弄'),
         geocoder_key(d.road_name), n.lane, geocoder_whole(n.lane), geocoder_whole(n.lane),
         d.road_name || n.lane || '弄', geocoder_common_region(min(d.region_code), max(d.region_code)), '',
         'geocoder_lane', min(d.id), 0.4::float8, NULL::daterange, ST_Collect(d.location ORDER BY d.id)::geometry,
         ST_ClosestPoint(ST_Collect(d.location ORDER BY d.id), ST_Centroid(ST_Collect(d.location ORDER BY d.id)))
    FROM buildings_door d CROSS JOIN LATERAL geocoder_number(d.number) n
   WHERE d.number LIKE '%弄%' AND n.lane <> '' AND (roads IS NULL OR d.road_name = ANY (roads))
   GROUP BY d.road_name, n.lane
$$;

CREATE OR REPLACE FUNCTION geocoder_estate_rows(ids bigint[]) RETURNS SETOF geocoder_entry
LANGUAGE sql STABLE AS $$
  SELECT NULL::bigint, 'estate', e.name, geocoder_key(e.name), '', '', NULL::integer, NULL::integer, e.name,
         e.region_code, e.unit_grid_code, 'buildings_estate', e.id, 0.6::float8, NULL::daterange,
         e.boundary::geometry, ST_PointOnSurface(e.boundary)
    FROM buildings_estate e WHERE ids IS NULL OR e.id = ANY (ids)
$$;

-- A building is known by its name; by its plate in its estate, at its door and on its road (series with #); and,
-- without a plate, as the house of its address.
CREATE OR REPLACE FUNCTION geocoder_building_rows(ids bigint[]) RETURNS SETOF geocoder_entry
LANGUAGE sql STABLE AS $$
  WITH buildings AS (
    SELECT b.*, COALESCE(e.name, '') AS estate, geocoder_key(a.road) AS road, door.number AS door, door.lane,
           door.low AS door_low, door.high AS door_high, plate.number AS plate, plate.low, plate.high,
           ST_PointOnSurface(b.footprint) AS spot
      FROM buildings_building b
      LEFT JOIN buildings_estate e ON e.id = b.estate_id
     CROSS JOIN LATERAL geocoder_address(b.address) a
     CROSS JOIN LATERAL geocoder_number(a.number) door
     CROSS JOIN LATERAL geocoder_number(CASE
       WHEN b.number <> '' THEN b.number
       WHEN b.name ~ '^[0-9A-Za-z一二三四五六七八九十]{1,4}(号楼|栋|幢|座|号|#)$' THEN b.name ELSE '' END) plate
     WHERE (ids IS NULL OR b.id = ANY (ids))
  ), told AS (
    SELECT *, geocoder_key(name) AS key, '' AS series, '' AS said, NULL::integer AS first, NULL::integer AS last
      FROM buildings WHERE name <> ''
    UNION ALL
    SELECT *, '', geocoder_key(estate) || '#', plate, low, high FROM buildings WHERE plate <> '' AND estate <> ''
    UNION ALL
    SELECT *, '', road || door || '#', plate, low, high FROM buildings WHERE plate <> '' AND road <> '' AND lane = ''
    UNION ALL
    SELECT *, '', road || '#', plate, low, high FROM buildings WHERE plate <> '' AND road <> ''
    UNION ALL
    SELECT *, '', road || CASE WHEN lane = '' THEN '' ELSE lane || '弄' END, door, door_low, door_high FROM buildings
     WHERE road <> '' AND plate = ''
  )
  SELECT NULL::bigint, 'building', title, key, series, said, first, last,
         CASE WHEN estate <> '' AND plate <> '' THEN title WHEN address <> '' THEN address || name ELSE title END,
         region_code, unit_grid_code, 'buildings_building', id, 0.4::float8, NULL::daterange,
         footprint::geometry, spot
    FROM told CROSS JOIN LATERAL (SELECT CASE
      WHEN plate <> '' THEN COALESCE(NULLIF(estate, ''), address) ||
        COALESCE(NULLIF(number, ''), name) || CASE WHEN number ~ '\d$' THEN '号楼' ELSE '' END
      WHEN name <> '' THEN name ELSE address END AS title) t
$$;

CREATE OR REPLACE FUNCTION geocoder_place_rows(ids bigint[]) RETURNS SETOF geocoder_entry
LANGUAGE sql STABLE AS $$
  WITH places AS (
    SELECT p.*, geocoder_key(p.name) AS key, geocoder_key(a.road) AS road, n.lane, n.number, n.low, n.high
      FROM buildings_place p
     CROSS JOIN LATERAL geocoder_address(p.address) a
     CROSS JOIN LATERAL geocoder_number(a.number) n
     WHERE ids IS NULL OR p.id = ANY (ids)
  )
  SELECT NULL::bigint, 'place', CASE WHEN told.key = '' THEN address ELSE name END, told.key, told.series,
         told.number, told.low, told.high, CASE WHEN told.key = '' THEN address ELSE address || name END,
         region_code, unit_grid_code, 'buildings_place', id, told.weight, NULL::daterange, location::geometry, location
    FROM places CROSS JOIN LATERAL (
      SELECT places.key, '', '', NULL::integer, NULL::integer, 0.5::float8
      UNION ALL
      SELECT short.key, '', '', NULL, NULL, 0.3 FROM geocoder_key(substring(places.name FROM '^([^(（]{2,})[(（]')) short (key)
       WHERE short.key IS NOT NULL AND short.key <> places.key
      UNION ALL
      SELECT '', places.road || CASE WHEN places.lane = '' THEN '' ELSE places.lane || '弄' END,
             places.number, places.low, places.high, 0.5 WHERE places.road <> '' AND places.number <> ''
    ) told (key, series, number, low, high, weight)
$$;

CREATE OR REPLACE FUNCTION geocoder_asset_rows(ids bigint[]) RETURNS SETOF geocoder_entry
LANGUAGE sql STABLE AS $$
  SELECT NULL::bigint, 'asset', COALESCE(NULLIF(a.name, ''), c.name), a.code, '', '', NULL::integer, NULL::integer,
         a.position, a.region_code, a.unit_grid_code, 'buildings_asset', a.id, 0.2::float8, NULL::daterange,
         a.location::geometry, a.location
    FROM buildings_asset a JOIN buildings_assetclass c ON c.id = a.asset_class_id
   WHERE ids IS NULL OR a.id = ANY (ids)
$$;
