-- Sums of the points of clustered layers, by square and region code (tiles/rollup.py). They are exact in every
-- snapshot: a statement that writes points appends what it changed to tiles_pointsum, in its own transaction, and
-- never touches a row that is there; now and then a writer adds up the rows of some squares. No writer waits for
-- another.
--
-- A square of zoom z is one number: a 1, then z pairs of bits of its row and column, counted from the world's
-- north-west corner. Squares within a square, at whatever zoom, are a range of numbers; two bits less is the square
-- that it lies in. Points are in whole centimetres of EPSG:3857, so that sums do not drift; "keys" are the primary
-- keys by XOR, which is the key itself where one point is left.

CREATE OR REPLACE FUNCTION tiles_square(z integer, x bigint, y bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN  -- each step moves the upper half of every group of bits away from the lower: a gap of one after each bit
  x := (x | (x << 16)) & 281470681808895;       -- 0000ffff0000ffff
  y := (y | (y << 16)) & 281470681808895;
  x := (x | (x << 8)) & 71777214294589695;      -- 00ff00ff00ff00ff
  y := (y | (y << 8)) & 71777214294589695;
  x := (x | (x << 4)) & 1085102592571150095;    -- 0f0f0f0f0f0f0f0f
  y := (y | (y << 4)) & 1085102592571150095;
  x := (x | (x << 2)) & 3689348814741910323;    -- 3333333333333333
  y := (y | (y << 2)) & 3689348814741910323;
  x := (x | (x << 1)) & 6148914691236517205;    -- 5555555555555555
  y := (y | (y << 1)) & 6148914691236517205;
  RETURN (1::bigint << 2 * z) | (y << 1) | x;
END $$;

-- The text of a query: the sums of `points` (sign, key, point, region_code) by square of each of the `levels`,
-- finest first. What lies outside the world has no square.
CREATE OR REPLACE FUNCTION tiles_sums_of(points text, levels integer[]) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT format($sql$
    SELECT square >> 2 * (%2$s - level) AS square, region_code, sum(members)::bigint AS members,
           sum(x_cm)::bigint AS x_cm, sum(y_cm)::bigint AS y_cm, bit_xor(keys) AS keys
      FROM (SELECT tiles_square(%2$s, least(across, %3$s), least(down, %3$s)) AS square, region_code,
                   members, x_cm, y_cm, keys
              FROM (SELECT floor((x + 20037508.34278925::float8) / %4$L::float8)::bigint AS across,
                           floor((20037508.34278925::float8 - y) / %4$L::float8)::bigint AS down,
                           region_code, sum(sign) AS members, sum(sign * round(x * 100)::bigint) AS x_cm,
                           sum(sign * round(y * 100)::bigint) AS y_cm, bit_xor(key) AS keys
                      FROM (SELECT sign, key::bigint, ST_X(point) AS x, ST_Y(point) AS y, region_code
                              FROM (%1$s) points) point
                     WHERE abs(x) <= 20037508.34278925::float8 AND abs(y) <= 20037508.34278925::float8
                     GROUP BY 1, 2, 3) summed
             WHERE members <> 0 OR x_cm <> 0 OR y_cm <> 0 OR keys <> 0) finest
     CROSS JOIN unnest(%5$L::integer[]) level
     GROUP BY 1, 2
  $sql$, points, levels[1], (1::bigint << levels[1]) - 1, 40075016.6855785::float8 / (1::bigint << levels[1]), levels)
$$;

-- Trigger of a layer's table; its arguments are the layer, the columns of the key and of the point in EPSG:3857, and
-- the zooms of the squares.
CREATE OR REPLACE FUNCTION tiles_sum_points() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  points text := '';
  appended bigint;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM tiles_pointsum WHERE layer = TG_ARGV[0];
    RETURN NULL;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    points := format('SELECT 1 AS sign, %I AS key, %I AS point, region_code FROM new_rows', TG_ARGV[1], TG_ARGV[2]);
  END IF;
  IF TG_OP <> 'INSERT' THEN
    points := concat_ws(' UNION ALL ', nullif(points, ''),
      format('SELECT -1 AS sign, %I AS key, %I AS point, region_code FROM old_rows', TG_ARGV[1], TG_ARGV[2]));
  END IF;
  EXECUTE format('INSERT INTO tiles_pointsum (layer, square, region_code, members, x_cm, y_cm, keys, settled)
                  SELECT %L, square, region_code, members, x_cm, y_cm, keys, false FROM (%s) sums',
                 TG_ARGV[0], tiles_sums_of(points, TG_ARGV[3]::integer[]));
  GET DIAGNOSTICS appended = ROW_COUNT;
  IF random() * 1000 < appended THEN  -- some thousand rows are waiting, whatever the size of the statements
    PERFORM tiles_settle_sums(TG_ARGV[0], 1000 + 2 * appended);
  END IF;
  RETURN NULL;
END $$;

-- Add up the rows of each square that some (at most `most`) appended rows belong to; gives how many rows there are
-- less. One statement: whoever reads sees all of it or nothing. One at a time for each layer, others do without.
CREATE OR REPLACE FUNCTION tiles_settle_sums(of_layer text, most bigint) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  before bigint;
  after bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('tiles_settle_sums'), hashtext(of_layer)) THEN RETURN 0; END IF;
  WITH due AS MATERIALIZED (
    SELECT DISTINCT square, region_code
      FROM (SELECT square, region_code FROM tiles_pointsum WHERE layer = of_layer AND NOT settled LIMIT most) waiting
  ), gone AS (
    DELETE FROM tiles_pointsum
     WHERE id = ANY (ARRAY(
             SELECT s.id FROM due, LATERAL (  -- the fence: each square is looked up by the index, whatever is planned
               SELECT id FROM tiles_pointsum
                WHERE layer = of_layer AND square = due.square AND region_code = due.region_code OFFSET 0) s))
    RETURNING square, region_code, members, x_cm, y_cm, keys
  ), put AS (
    INSERT INTO tiles_pointsum (layer, square, region_code, members, x_cm, y_cm, keys, settled)
    SELECT of_layer, square, region_code, sum(members), sum(x_cm), sum(y_cm), bit_xor(keys), true
      FROM gone GROUP BY square, region_code HAVING sum(members) <> 0
    RETURNING 1
  ) SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM put) INTO before, after;
  RETURN before - after;
END $$;

-- Whether the sums of a layer are kept as `terms` say: the arguments of its triggers.
CREATE OR REPLACE FUNCTION tiles_keeps_sums(relation regclass, terms text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT count(*) = 4 FROM pg_trigger
   WHERE tgrelid = relation AND tgenabled = 'O'
     AND tgname LIKE replace('tiles\_sums\_' || terms[1], '-', '\-') || '\_%'
     AND obj_description(oid, 'pg_trigger') = terms::text
$$;

-- Keep the sums of a layer from now on, beginning with what is there.
CREATE OR REPLACE FUNCTION tiles_keep_sums(relation regclass, terms text[]) RETURNS void
LANGUAGE plpgsql SET work_mem = '256MB' AS $$
DECLARE
  of_layer text := terms[1];
  words text := (SELECT string_agg(quote_literal(term), ', ') FROM unnest(terms) term);
  event text;
  seen text;
BEGIN
  IF tiles_keeps_sums(relation, terms) THEN RETURN; END IF;
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', relation);
  FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] LOOP
    seen := CASE event WHEN 'INSERT' THEN 'REFERENCING NEW TABLE AS new_rows'
                       WHEN 'UPDATE' THEN 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
                       WHEN 'DELETE' THEN 'REFERENCING OLD TABLE AS old_rows' END;
    EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION tiles_sum_points(%s)',
                   'tiles_sums_' || of_layer || '_' || lower(event), event, relation, seen, words);
    EXECUTE format('COMMENT ON TRIGGER %I ON %s IS %L',
                   'tiles_sums_' || of_layer || '_' || lower(event), relation, terms::text);
  END LOOP;
  DELETE FROM tiles_pointsum WHERE layer = of_layer;
  EXECUTE format('INSERT INTO tiles_pointsum (layer, square, region_code, members, x_cm, y_cm, keys, settled)
                  SELECT %L, square, region_code, members, x_cm, y_cm, keys, true FROM (%s) sums ORDER BY square',
                 of_layer, tiles_sums_of(format('SELECT 1 AS sign, %I AS key, %I AS point, region_code FROM %s',
                                                terms[2], terms[3], relation), terms[4]::integer[]));
  ANALYZE tiles_pointsum;
END $$;
