-- Tiles that were drawn, shared by all processes of the server (tiles/cache.py).

-- The tile if it is drawn and still good: no stamp of the tables `here` that its snapshot did not see touches its
-- rectangle (EPSG:3857), and none at all of the tables `anywhere`. If it is not, `mine` tells whether the caller now
-- holds the lock to draw it; otherwise someone else is drawing it.
CREATE OR REPLACE FUNCTION tiles_fetch(
  asked bytea, at_z integer, at_x integer, at_y integer, here text[], anywhere text[],
  west float8, south float8, east float8, north float8, lock bigint,
  OUT packed bytea, OUT etag text, OUT thinned smallint, OUT snapshot pg_snapshot, OUT mine boolean
) LANGUAGE plpgsql AS $$
BEGIN
  mine := false;
  LOOP
    SELECT c.packed, c.etag, c.thinned, c.snapshot INTO packed, etag, thinned, snapshot
      FROM tiles_cached c WHERE question = asked AND z = at_z AND x = at_x AND y = at_y;
    IF EXISTS (
      SELECT FROM (
        SELECT s.* FROM tiles_stamp s
         WHERE s.relation = ANY(here || anywhere) AND s.xid >= pg_snapshot_xmax(snapshot)
        UNION ALL
        SELECT s.* FROM pg_snapshot_xip(snapshot) open
          JOIN tiles_stamp s ON s.xid = open AND s.relation = ANY(here || anywhere)
      ) fresh
       WHERE fresh.relation = ANY(anywhere)
          OR (fresh.west <= tiles_fetch.east AND fresh.east >= tiles_fetch.west
              AND fresh.south <= tiles_fetch.north AND fresh.north >= tiles_fetch.south)
    ) THEN
      packed := NULL; etag := NULL; thinned := NULL;
    END IF;
    IF etag IS NOT NULL THEN
      IF mine THEN PERFORM pg_advisory_unlock(lock); END IF;
      RETURN;
    END IF;
    EXIT WHEN mine;  -- looked at again under the lock: whoever had it may have stored the tile meanwhile
    mine := pg_try_advisory_lock(lock);
    EXIT WHEN NOT mine;
  END LOOP;
END $$;

-- Keep a tile that was drawn, and let go of its lock.
CREATE OR REPLACE FUNCTION tiles_store(
  asked bytea, at_z integer, at_x integer, at_y integer,
  packed bytea, etag text, snapshot pg_snapshot, thinned integer, layers text, lock bigint
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO tiles_cached AS c (question, z, x, y, packed, etag, snapshot, thinned, layers)
  VALUES (asked, at_z, at_x, at_y, tiles_store.packed, tiles_store.etag, tiles_store.snapshot, tiles_store.thinned,
          tiles_store.layers)
  ON CONFLICT (question, z, x, y) DO UPDATE
    SET packed = EXCLUDED.packed, etag = EXCLUDED.etag, snapshot = EXCLUDED.snapshot, thinned = EXCLUDED.thinned,
        drawn_at = now();
  PERFORM pg_advisory_unlock(lock);
END $$;

-- Forget what is older than `age`: stamps, and the tiles that would need them to be judged. Of the rest, the oldest
-- go until about `most_bytes` are left. Gives how many tiles went.
CREATE OR REPLACE FUNCTION tiles_prune(age interval, most_bytes bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  gone bigint;
BEGIN
  WITH kept AS (
    SELECT question, z, x, y, drawn_at,
           sum(octet_length(packed) + 200) OVER (ORDER BY drawn_at DESC, question, z, x, y) AS bytes
      FROM tiles_cached
  ), removed AS (
    DELETE FROM tiles_cached c USING kept k
     WHERE (c.question, c.z, c.x, c.y) = (k.question, k.z, k.x, k.y) AND c.drawn_at = k.drawn_at
       AND (k.drawn_at < now() - age OR k.bytes > most_bytes)
    RETURNING 1
  ) SELECT count(*) INTO gone FROM removed;
  DELETE FROM tiles_stamp WHERE at < now() - age - interval '1 hour';
  RETURN gone;
END $$;

-- No tile that was drawn until now is good, in any process: all tables that stamp are stamped whole.
CREATE OR REPLACE FUNCTION tiles_touch_everything() RETURNS void LANGUAGE sql AS $$
  INSERT INTO tiles_stamp (relation, west, south, east, north)
  SELECT DISTINCT relname, '-Infinity'::float8, '-Infinity'::float8, 'Infinity'::float8, 'Infinity'::float8
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = 'tiles_stamp_insert'
$$;
