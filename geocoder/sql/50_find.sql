-- Structured look-up in the gazetteer. Each question is a name, a number in a series, or a building plate; one
-- call answers any number of them from the indexes entry_key and entry_series.

-- What someone of `jurisdiction` may see of an entry (null: everything): EntryQuerySet.visible_to.
CREATE OR REPLACE FUNCTION geocoder_visible(kind text, region_code text, jurisdiction text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT jurisdiction IS NULL OR (jurisdiction <> '' AND (starts_with(region_code, jurisdiction)
      OR (kind IN ('region', 'road', 'building') AND is_common_ground(region_code, jurisdiction))))
$$;

-- Whether an entry of `region_code` may lie in one of the regions that a text names (empty: it names none). A
-- road that reaches beyond must come within 50 m (0.0005 degrees) of one: borders run along roads.
CREATE OR REPLACE FUNCTION geocoder_in_scope(region_code text, geometry geometry, scope text[]) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT scope = '{}'
      OR EXISTS (SELECT FROM unnest(scope) code WHERE starts_with(region_code, code))
      OR EXISTS (SELECT FROM grids_region r
                  WHERE r.code = ANY (scope) AND ST_Dimension(geometry) = 1 AND r.boundary && ST_Expand(geometry, 0.0005)
                    AND ST_DWithin(r.boundary, geometry, 0.0005))
$$;

-- Where one goes to on a road of which a text names a region: the middle of what lies in the region.
CREATE OR REPLACE FUNCTION geocoder_part_in(road geometry, scope text[]) RETURNS geometry
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT COALESCE(
           geocoder_middle(ST_LineMerge(ST_CollectionExtract(ST_Intersection(road, r.boundary), 2))),
           ST_ClosestPoint(road, r.boundary))
    FROM grids_region r WHERE r.code = ANY (scope) AND NOT ST_Covers(r.boundary, road)
     AND ST_DWithin(r.boundary, road, 0.0005)
   ORDER BY length(r.code) DESC LIMIT 1
$$;

-- The place of a number between two known doors, `share` of the way from the lower to the upper: along the road,
-- as far aside from it as the two are; straight between them where the road is not one line.
CREATE OR REPLACE FUNCTION geocoder_between(lower geometry, upper geometry, share double precision, road geometry)
RETURNS geometry LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  straight geometry := ST_SetSRID(ST_MakePoint(
    ST_X(lower) + (ST_X(upper) - ST_X(lower)) * share, ST_Y(lower) + (ST_Y(upper) - ST_Y(lower)) * share), 4326);
  line geometry;
  first double precision;
  last double precision;
  a geometry;
  b geometry;
  p geometry;
BEGIN
  SELECT piece.geom INTO line FROM ST_Dump(road) piece
   WHERE ST_DWithin(piece.geom, lower, 0.0008) AND ST_DWithin(piece.geom, upper, 0.0008)
   ORDER BY ST_Distance(piece.geom, lower) + ST_Distance(piece.geom, upper) LIMIT 1;
  IF line IS NULL THEN
    RETURN straight;
  END IF;
  first := ST_LineLocatePoint(line, lower);
  last := ST_LineLocatePoint(line, upper);
  a := ST_LineInterpolatePoint(line, first);
  b := ST_LineInterpolatePoint(line, last);
  p := ST_LineInterpolatePoint(line, first + (last - first) * share);
  RETURN ST_Translate(p, (ST_X(lower) - ST_X(a)) * (1 - share) + (ST_X(upper) - ST_X(b)) * share,
                         (ST_Y(lower) - ST_Y(a)) * (1 - share) + (ST_Y(upper) - ST_Y(b)) * share);
END $$;

-- A number that no door has: between its neighbours on its side of the road (odd or even), or beyond the last.
CREATE OR REPLACE FUNCTION geocoder_interpolated(
  of_series text, wanted integer, scope text[], near geometry, jurisdiction text,
  OUT name text, OUT region_code text, OUT location geometry, OUT spread_m double precision, OUT is_between boolean
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  lower record;
  upper record;
  road geometry;
  anchor geometry;
BEGIN
  SELECT e.* INTO lower FROM geocoder_entry e
   WHERE e.series = of_series AND e.series <> '' AND e.low < wanted AND e.low > GREATEST(wanted - 400, 0) AND e.low % 2 = wanted % 2
     AND e.kind IN ('door', 'lane', 'building') AND geocoder_visible(e.kind, e.region_code, jurisdiction)
     AND geocoder_in_scope(e.region_code, e.geometry, scope)
   ORDER BY e.low DESC, e.location <-> near LIMIT 1;
  anchor := COALESCE(near, lower.location);
  SELECT e.* INTO upper FROM geocoder_entry e
   WHERE e.series = of_series AND e.series <> '' AND e.low > wanted AND e.low < wanted + 400 AND e.low % 2 = wanted % 2
     AND e.kind IN ('door', 'lane', 'building') AND geocoder_visible(e.kind, e.region_code, jurisdiction)
     AND geocoder_in_scope(e.region_code, e.geometry, scope)
     AND (lower.id IS NULL OR ST_DWithin(e.location, lower.location, 0.03))
   ORDER BY e.low, e.location <-> anchor LIMIT 1;
  is_between := lower.id IS NOT NULL AND upper.id IS NOT NULL;
  IF is_between THEN
    SELECT e.geometry INTO road FROM geocoder_entry e
     WHERE e.key = of_series AND e.key <> '' AND e.kind = 'road' AND ST_DWithin(e.geometry, lower.location, 0.001) LIMIT 1;
    location := geocoder_between(lower.location, upper.location,
                                 (wanted - lower.low)::float8 / (upper.low - lower.low), road);
    spread_m := GREATEST(10, ST_DistanceSphere(lower.location, upper.location) / 2);
    region_code := geocoder_common_region(lower.region_code, upper.region_code);
  ELSIF lower.id IS NOT NULL OR upper.id IS NOT NULL THEN
    location := COALESCE(lower.location, upper.location);
    region_code := COALESCE(lower.region_code, upper.region_code);
    spread_m := 20 + 9.0 * abs(wanted - COALESCE(lower.low, upper.low));
  END IF;
  name := of_series;
END $$;

CREATE OR REPLACE FUNCTION geocoder_find(
  nos integer[], names text[], numbers text[], plates text[], scopes text[], besides text[],
  near geometry, within text, jurisdiction text, today date
) RETURNS TABLE (
  no integer, entry bigint, kind text, name text, number text, address text, region_code text,
  unit_grid_code text, source text, source_id bigint, weight double precision, alias text, is_exact boolean,
  in_scope boolean, beside_m double precision, near_m double precision, lon double precision, lat double precision,
  spread_m double precision
) LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  WITH asked AS (
    SELECT q.no, q.name, string_to_array(q.scope, ',') AS scope, q.beside, n.number, n.low, n.high,
           b.number AS plate, b.low AS plate_low, CASE WHEN b.number <> '' THEN n.number || '#' ELSE '' END AS behind
      FROM unnest(nos, names, numbers, plates, scopes, besides) AS q (no, name, number, plate, scope, beside)
     CROSS JOIN LATERAL geocoder_number(q.number) n
     CROSS JOIN LATERAL geocoder_number(q.plate) b
  ), called AS MATERIALIZED (
    SELECT asked.*, asked.name AS called, '' AS alias, asked.name || asked.behind AS series FROM asked
    UNION ALL
    SELECT asked.*, a.target, a.kind, a.target || asked.behind FROM asked JOIN geocoder_alias a ON a.key = asked.name
     WHERE jurisdiction IS NULL OR starts_with(a.region_code, jurisdiction) OR starts_with(jurisdiction, a.region_code)
  ), named AS (
    SELECT c.no, c.alias, true AS is_exact, c.scope, e.*
      FROM called c CROSS JOIN LATERAL (
        SELECT e.*, geocoder_in_scope(e.region_code, e.geometry, c.scope) AS in_scope, aside.beside_m,
               ST_DistanceSphere(e.location, near) AS near_m
          FROM geocoder_entry e
         CROSS JOIN LATERAL (
           SELECT CASE WHEN c.beside <> '' THEN (
             SELECT min(ST_Distance(r.geometry::geography, e.location::geography)) FROM geocoder_entry r
              WHERE r.key = c.beside AND r.key <> '' AND r.kind IN ('road', 'lane') AND r.geometry && ST_Expand(e.location, 0.005)
           ) END AS beside_m) aside
         WHERE e.key = c.called AND e.key <> '' AND geocoder_visible(e.kind, e.region_code, jurisdiction)
           AND (within = '' OR starts_with(e.region_code, within)
                OR (e.kind = 'road' AND starts_with(within, e.region_code)))
           AND (e.valid IS NULL OR e.valid @> today OR e.kind = 'region')
         ORDER BY in_scope DESC, aside.beside_m, near_m, e.weight DESC, e.id LIMIT 12) e
     WHERE c.number = '' AND c.plate = ''
  ), numbered AS (
    SELECT c.no, c.alias,
           e.number = COALESCE(NULLIF(c.plate, ''), c.number)
             OR (e.low < e.high AND e.low <= COALESCE(c.plate_low, c.low) AND c.plate = '' AND c.number ~ '^\d+$'
                 AND e.high >= c.high) AS is_exact,
           c.scope, e.*
      FROM called c CROSS JOIN LATERAL (
        SELECT e.*, geocoder_in_scope(e.region_code, e.geometry, c.scope) AS in_scope, NULL::float8 AS beside_m,
               ST_DistanceSphere(e.location, near) AS near_m
          FROM (
            SELECT x.* FROM geocoder_entry x
             WHERE x.series = c.series AND x.series <> '' AND x.low BETWEEN COALESCE(c.plate_low, c.low) AND COALESCE(c.plate_low, c.high)
               AND CASE WHEN c.plate <> '' THEN x.number = c.plate ELSE c.low >= 0 OR x.number = c.number END
            UNION ALL  -- ranges that begin before the number: the index holds ranges only
            SELECT x.* FROM geocoder_entry x
             WHERE x.series = c.series AND x.series <> '' AND x.low < x.high AND x.low < c.low AND x.high >= c.low
               AND c.plate = ''
          ) e
         WHERE geocoder_visible(e.kind, e.region_code, jurisdiction)
           AND (within = '' OR starts_with(e.region_code, within))
         ORDER BY in_scope DESC, e.number = c.number DESC, near_m,
                  array_position(ARRAY['door', 'building', 'lane', 'place'], e.kind::text), e.id LIMIT 12) e
     WHERE c.number <> '' OR c.plate <> ''
  ), found AS (
    SELECT * FROM named UNION ALL SELECT * FROM numbered
  ), missing AS MATERIALIZED (
    SELECT c.* FROM called c
     WHERE c.low >= 0 AND c.plate = '' AND NOT EXISTS (SELECT FROM numbered n WHERE n.no = c.no)
  )
  SELECT f.no, f.id, f.kind::text, f.name::text, f.number::text, f.address::text, f.region_code::text,
         f.unit_grid_code::text, f.source::text, f.source_id, f.weight, f.alias::text, f.is_exact, f.in_scope,
         f.beside_m, f.near_m, ST_X(spot.point), ST_Y(spot.point),
         CASE WHEN f.kind IN ('door', 'place', 'asset', 'building') THEN 0 ELSE ST_DistanceSphere(
           ST_SetSRID(ST_MakePoint(ST_XMin(f.geometry), ST_YMin(f.geometry)), 4326),
           ST_SetSRID(ST_MakePoint(ST_XMax(f.geometry), ST_YMax(f.geometry)), 4326)) / 2 END
    FROM found f
   CROSS JOIN LATERAL (SELECT COALESCE(
     CASE WHEN f.kind = 'road' AND f.scope <> '{}' THEN geocoder_part_in(f.geometry, f.scope) END,
     f.location) AS point) spot
  UNION ALL
  SELECT c.no, NULL, CASE WHEN i.is_between THEN 'between' ELSE 'beyond' END, i.name, c.number, i.name || c.number || '号',
         i.region_code, '', '', NULL, 0.3, c.alias, false, true, NULL, ST_DistanceSphere(i.location, near),
         ST_X(i.location), ST_Y(i.location), i.spread_m
    FROM missing c
   CROSS JOIN LATERAL geocoder_interpolated(c.called, c.low, c.scope, near, jurisdiction) i
   WHERE i.location IS NOT NULL AND (within = '' OR starts_with(i.region_code, within));
END $$;

-- Names that may have been meant: `how` is sound (homophones), letters (one wrong, missing or extra) or core
-- (a short form).
CREATE OR REPLACE FUNCTION geocoder_alike(nos integer[], names text[])
RETURNS TABLE (no integer, key text, how text) LANGUAGE sql STABLE ROWS 10 AS $$
  SELECT q.no, found.key, found.how
    FROM unnest(nos, names) AS q (no, name)
   CROSS JOIN LATERAL (
     SELECT COALESCE(string_agg(COALESCE(geocoder_sound(c.syllable), lower(part.letter)), '.' ORDER BY part.n), '') AS sound
       FROM regexp_split_to_table(q.name, '') WITH ORDINALITY AS part (letter, n)
       LEFT JOIN geocoder_character c ON c.character = part.letter) spoken
   CROSS JOIN LATERAL (
     (SELECT n.key, 'sound' AS how FROM geocoder_name n
       WHERE n.sound = spoken.sound AND n.key <> q.name ORDER BY n.weight DESC LIMIT 6)
     UNION ALL
     (SELECT n.key, 'core' FROM geocoder_name n
       WHERE n.core IN (q.name, geocoder_core(q.name, 'place'), geocoder_core(q.name, 'region')) AND n.key <> q.name
       ORDER BY n.core = q.name DESC, n.weight DESC LIMIT 6)
     UNION ALL
     (SELECT n.key, 'letters' FROM geocoder_name n
       WHERE n.shorter && geocoder_shorter(q.name) AND length(q.name) BETWEEN 2 AND 24
         AND abs(length(n.key) - length(q.name)) <= 1 AND n.key <> q.name AND length(n.key) > 1
       ORDER BY left(n.key, 1) = left(q.name, 1) DESC, n.weight DESC, n.key LIMIT 12)
   ) found
$$;
