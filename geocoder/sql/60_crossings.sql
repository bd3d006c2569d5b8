-- Where two roads meet: common points, or the closest ones where they end within 35 m of each other (roads are
-- digitised apart). What lies within 0.0007 degrees (about 70 m) is one crossing: carriageways are drawn in pairs.
CREATE OR REPLACE FUNCTION geocoder_crossings(
  a text, b text, scope text[], near geometry, within text, jurisdiction text
) RETURNS TABLE (
  name text, region_code text, lon double precision, lat double precision, spread_m double precision,
  arms integer, in_scope boolean, near_m double precision
) LANGUAGE plpgsql STABLE ROWS 5 SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  WITH pairs AS (
    SELECT r.name AS one, s.name AS other, r.geometry AS r, s.geometry AS s,
           geocoder_common_region(r.region_code, s.region_code) AS region_code
      FROM geocoder_entry r JOIN geocoder_entry s ON s.key = b AND s.kind = 'road' AND r.geometry && ST_Expand(s.geometry, 0.0005)
     WHERE r.key = a AND r.key <> '' AND s.key <> '' AND r.kind = 'road'
       AND geocoder_visible('road', r.region_code, jurisdiction) AND geocoder_visible('road', s.region_code, jurisdiction)
  ), met AS (
    SELECT pairs.one, pairs.other, pairs.region_code, (ST_Dump(ST_Intersection(r, s))).geom AS met FROM pairs
    UNION ALL
    SELECT pairs.one, pairs.other, pairs.region_code, ST_ClosestPoint(piece.geom, s) FROM pairs
     CROSS JOIN LATERAL ST_Dump(r) piece
     WHERE NOT ST_Intersects(r, s) AND ST_Distance(piece.geom::geography, s::geography) < 35
  ), spots AS (
    SELECT met.one, met.other, met.region_code,
           CASE WHEN ST_Dimension(met) = 1 THEN ST_LineInterpolatePoint(met, 0.5) ELSE met END AS spot FROM met
  ), clusters AS (
    SELECT spots.*, ST_ClusterDBSCAN(spot, 0.0007, 1) OVER () AS part FROM spots
  ), places AS (
    SELECT min(one) || '与' || min(other) || '路口' AS name, min(c.region_code) AS region_code,
           ST_Centroid(ST_Collect(spot)) AS spot, count(*)::int AS arms,
           ST_DistanceSphere(ST_SetSRID(ST_MakePoint(min(ST_X(spot)), min(ST_Y(spot))), 4326),
                             ST_SetSRID(ST_MakePoint(max(ST_X(spot)), max(ST_Y(spot))), 4326)) / 2 AS spread_m
      FROM clusters c GROUP BY part
  ), homes AS (
    SELECT p.*, COALESCE((SELECT r.code FROM grids_region r WHERE r.valid @> current_date AND ST_Covers(r.boundary, p.spot)
                            ORDER BY r.level DESC, r.code LIMIT 1), p.region_code) AS home FROM places p
  )
  SELECT p.name, p.home::text, ST_X(p.spot), ST_Y(p.spot), p.spread_m, p.arms,
         scope = '{}' OR EXISTS (SELECT FROM unnest(scope) code WHERE starts_with(p.home, code))
           OR EXISTS (SELECT FROM grids_region r WHERE r.code = ANY (scope) AND ST_DWithin(r.boundary, p.spot, 0.0005)),
         ST_DistanceSphere(p.spot, near)
    FROM homes p
   WHERE within = '' OR starts_with(p.home, within)
   ORDER BY 7 DESC, 8, p.arms DESC, 3 LIMIT 10;
END $$;

-- The stretch of a road between two others: what of it lies in the circle over the two crossings.
CREATE OR REPLACE FUNCTION geocoder_stretch(
  road text, one text, other text, scope text[], near geometry, within text, jurisdiction text
) RETURNS TABLE (
  name text, region_code text, lon double precision, lat double precision, spread_m double precision, shape text
) LANGUAGE plpgsql STABLE ROWS 2 SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  WITH ends AS (
    SELECT ST_SetSRID(ST_MakePoint(a.lon, a.lat), 4326) AS first, ST_SetSRID(ST_MakePoint(b.lon, b.lat), 4326) AS last,
           b.region_code
      FROM geocoder_crossings(road, one, scope, near, within, jurisdiction) a
     CROSS JOIN geocoder_crossings(road, other, scope, near, within, jurisdiction) b
     ORDER BY ST_Distance(ST_MakePoint(a.lon, a.lat), ST_MakePoint(b.lon, b.lat)) LIMIT 1
  ), parts AS (
    SELECT e.name AS called, ends.region_code, ST_LineMerge(ST_CollectionExtract(ST_Intersection(e.geometry, ST_Transform(ST_Buffer(
             ST_Transform(ST_Centroid(ST_Collect(first, last)), 3857),
             ST_Distance(ST_Transform(first, 3857), ST_Transform(last, 3857)) / 2 + 15), 4326)), 2)) AS part
      FROM ends JOIN geocoder_entry e ON e.key = road AND e.key <> '' AND e.kind = 'road'
       AND ST_DWithin(e.geometry, first, 0.001) AND ST_DWithin(e.geometry, last, 0.001)
  )
  SELECT p.called::text, p.region_code, ST_X(spot), ST_Y(spot), ST_Length(part::geography) / 2, ST_AsGeoJSON(part, 7)
    FROM parts p CROSS JOIN LATERAL (SELECT geocoder_middle(part) AS spot) m
   WHERE NOT ST_IsEmpty(part) AND spot IS NOT NULL;
END $$;

-- Buildings with a plate within 150 m of a spot, for places that have no estate of their own.
CREATE OR REPLACE FUNCTION geocoder_plates_near(
  nos integer[], lons double precision[], lats double precision[], plates text[], jurisdiction text
) RETURNS TABLE (
  no integer, entry bigint, kind text, name text, number text, address text, region_code text,
  unit_grid_code text, source text, source_id bigint, weight double precision, alias text, is_exact boolean,
  in_scope boolean, beside_m double precision, near_m double precision, lon double precision, lat double precision,
  spread_m double precision
) LANGUAGE plpgsql STABLE ROWS 5 SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  SELECT q.no, e.id, e.kind::text, e.name::text, e.number::text, e.address::text, e.region_code::text,
         e.unit_grid_code::text, e.source::text, e.source_id, e.weight, '', true, true, NULL::float8,
         ST_Distance(e.geometry::geography, spot::geography), ST_X(e.location), ST_Y(e.location), 0::float8
    FROM unnest(nos, lons, lats, plates) AS q (no, lon, lat, plate)
   CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(q.lon, q.lat), 4326) AS spot) s
   CROSS JOIN LATERAL geocoder_number(q.plate) n
   CROSS JOIN LATERAL (
     SELECT DISTINCT ON (b.source_id) b.* FROM geocoder_entry b
      WHERE b.geometry && ST_Expand(spot, 0.002) AND b.kind = 'building' AND b.series LIKE '%#' AND b.number = n.number
        AND ST_DWithin(b.geometry::geography, spot::geography, 150)
        AND geocoder_visible(b.kind, b.region_code, jurisdiction)) e
   ORDER BY 16;
END $$;
