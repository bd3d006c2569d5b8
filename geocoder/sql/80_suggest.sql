-- Names that begin as typed: in characters, pinyin or initials, then those that hold it. Numbers of a series
-- (明德路2 → 明德路2号, 明德路20号) begin as typed after the longest name that the text begins with. Each name
-- once, with the entry that is best known or nearest; only names that somebody of `jurisdiction` may see.
CREATE OR REPLACE FUNCTION geocoder_suggest(
  typed text, latin text, near geometry, within text, jurisdiction text, most integer
) RETURNS TABLE (
  entry bigint, kind text, name text, address text, region_code text, source text, source_id bigint,
  lon double precision, lat double precision, how text
) LANGUAGE plpgsql STABLE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  -- Two characters are no trigram, but with the edge of a word they are: they are looked for at the end (花园).
  pattern text := '%' || regexp_replace(typed, '([%_\\])', '\\\1', 'g') || CASE WHEN length(typed) = 2 THEN '' ELSE '%' END;
BEGIN
  RETURN QUERY
  WITH names AS MATERIALIZED (
    (SELECT n.key, 0 AS rank, 'begins' AS how, n.weight FROM geocoder_name n
      WHERE typed <> '' AND n.key >= typed AND n.key < typed || chr(1114109)
      ORDER BY n.key LIMIT 300)
    UNION ALL
    (SELECT n.key, 1, 'pinyin', n.weight FROM geocoder_name n
      WHERE latin <> '' AND n.pinyin >= latin AND n.pinyin < latin || '{' ORDER BY n.pinyin LIMIT 200)
    UNION ALL
    (SELECT n.key, 1, 'initials', n.weight FROM geocoder_name n
      WHERE latin <> '' AND n.initials >= latin AND n.initials < latin || '{' ORDER BY n.initials LIMIT 200)
    UNION ALL
    (SELECT n.key, 2, 'holds', n.weight FROM geocoder_name n
      WHERE length(typed) >= 2 AND latin = '' AND n.key LIKE pattern AND NOT starts_with(n.key, typed)
      LIMIT 100)
  ), best AS (
    SELECT DISTINCT ON (names.key) names.* FROM names ORDER BY names.key, names.rank
  ), ordered AS (
    SELECT * FROM best ORDER BY best.rank, length(best.key) = length(typed) DESC, best.weight DESC, length(best.key), best.key
     LIMIT 60
  ), seen AS (
    SELECT o.rank, o.weight AS known, o.how, o.key, e.*
      FROM ordered o CROSS JOIN LATERAL (
        SELECT x.* FROM geocoder_entry x
         WHERE x.key = o.key AND x.key <> '' AND geocoder_visible(x.kind, x.region_code, jurisdiction)
           AND (within = '' OR starts_with(x.region_code, within))
         ORDER BY x.location <-> near, x.weight DESC, x.id LIMIT 3) e (id, kind, name, entry_key)
  )
  SELECT s.id, s.kind::text, s.name::text, s.address::text, s.region_code::text, s.source::text, s.source_id,
         ST_X(s.location), ST_Y(s.location), s.how
    FROM seen s
   ORDER BY s.rank, length(s.key) = length(typed) DESC, s.known DESC, s.location <-> near, length(s.key), s.key, s.id
   LIMIT most;
END $$;

-- The numbers of a series that begin as typed: 明德路2 → 2, 20, 21 …
CREATE OR REPLACE FUNCTION geocoder_suggest_numbers(
  of_series text, begun text, near geometry, within text, jurisdiction text, most integer
) RETURNS TABLE (
  entry bigint, kind text, name text, address text, region_code text, source text, source_id bigint,
  lon double precision, lat double precision, how text
) LANGUAGE plpgsql STABLE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  SELECT e.id, e.kind::text, e.name::text, e.address::text, e.region_code::text, e.source::text, e.source_id,
         ST_X(e.location), ST_Y(e.location), 'number'
    FROM (
      SELECT DISTINCT ON (x.low, x.number) x.* FROM geocoder_entry x
       WHERE x.series = of_series AND x.series <> '' AND starts_with(x.number, begun)
         AND geocoder_visible(x.kind, x.region_code, jurisdiction) AND (within = '' OR starts_with(x.region_code, within))
       ORDER BY x.low, x.number, x.location <-> near, array_position(ARRAY['door', 'building', 'lane', 'place'], x.kind::text), x.id
    ) e
   ORDER BY e.low, e.number LIMIT most;
END $$;
