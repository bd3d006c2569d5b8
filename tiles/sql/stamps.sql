-- Where and when something changed that tiles show. A statement that writes to a table of a layer leaves stamps:
-- rectangles (EPSG:3857) around what it put there and took away, in its own transaction. A tile drawn in one
-- snapshot is good as long as no stamp that this snapshot did not see touches it (tiles/stamps.py).

-- Trigger of tables; its arguments are their columns in EPSG:3857. Without any the whole world is stamped.
-- At most 16 × 16 rectangles a statement, each around the changes of one part of the ground.
CREATE OR REPLACE FUNCTION tiles_stamp_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed text := '';
  source text;
  geometry text;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    INSERT INTO tiles_stamp (relation, west, south, east, north)
    VALUES (TG_TABLE_NAME, '-Infinity', '-Infinity', 'Infinity', 'Infinity');
    RETURN NULL;
  END IF;
  FOREACH source IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY['new_rows'] WHEN 'DELETE' THEN ARRAY['old_rows']
                          ELSE ARRAY['old_rows', 'new_rows'] END LOOP
    IF TG_NARGS = 0 THEN
      changed := changed || format(' UNION ALL SELECT ''-Infinity''::float8, ''-Infinity''::float8, '
        '''Infinity''::float8, ''Infinity''::float8 WHERE EXISTS (SELECT FROM %I)', source);
    END IF;
    FOR n IN 0 .. TG_NARGS - 1 LOOP
      geometry := TG_ARGV[n];
      changed := changed || format(' UNION ALL SELECT ST_XMin(%1$I), ST_YMin(%1$I), ST_XMax(%1$I), ST_YMax(%1$I) '
        'FROM %2$I WHERE ST_XMin(%1$I) IS NOT NULL', geometry, source);
    END LOOP;
  END LOOP;
  EXECUTE format($sql$
    WITH changed (west, south, east, north) AS MATERIALIZED (%s),
         ground AS (SELECT min(west) AS west, min(south) AS south,
                           greatest(max(east) - min(west), 1) / 16 AS across,
                           greatest(max(north) - min(south), 1) / 16 AS up
                      FROM changed)
    INSERT INTO tiles_stamp (relation, west, south, east, north)
    SELECT %L, min(changed.west), min(changed.south), max(changed.east), max(changed.north)
      FROM changed, ground
     GROUP BY floor((changed.west - ground.west) / across), floor((changed.south - ground.south) / up)
  $sql$, substr(changed, length(' UNION ALL ')), TG_TABLE_NAME);
  RETURN NULL;
END $$;

-- Let a table stamp its changes; `geometries` are its columns in EPSG:3857.
CREATE OR REPLACE FUNCTION tiles_follow(relation regclass, geometries text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  words text := (SELECT coalesce(string_agg(quote_literal(name), ', '), '') FROM unnest(geometries) name);
BEGIN
  EXECUTE format('CREATE OR REPLACE TRIGGER tiles_stamp_insert AFTER INSERT ON %s
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tiles_stamp_changes(%s)', relation, words);
  EXECUTE format('CREATE OR REPLACE TRIGGER tiles_stamp_update AFTER UPDATE ON %s
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tiles_stamp_changes(%s)', relation, words);
  EXECUTE format('CREATE OR REPLACE TRIGGER tiles_stamp_delete AFTER DELETE ON %s
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION tiles_stamp_changes(%s)', relation, words);
  EXECUTE format('CREATE OR REPLACE TRIGGER tiles_stamp_truncate AFTER TRUNCATE ON %s
    FOR EACH STATEMENT EXECUTE FUNCTION tiles_stamp_changes(%s)', relation, words);
END $$;
