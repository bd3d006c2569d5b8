-- The gazetteer follows the commits of the tables it indexes: statement triggers note what was written, and the
-- commit makes the entries anew, in the same transaction.

-- All rows that the given rows of a table stand for, as the table says them now (ids null: the whole table).
CREATE OR REPLACE FUNCTION geocoder_rows_of(source text, ids bigint[]) RETURNS SETOF geocoder_entry
LANGUAGE plpgsql STABLE AS $$
BEGIN
  CASE source
    WHEN 'grids_region' THEN RETURN QUERY SELECT * FROM geocoder_region_rows(ids);
    WHEN 'grids_unitgrid' THEN RETURN QUERY SELECT * FROM geocoder_unit_grid_rows(ids);
    WHEN 'grids_responsibilitygrid' THEN RETURN QUERY SELECT * FROM geocoder_responsibility_grid_rows(ids);
    WHEN 'buildings_door' THEN RETURN QUERY SELECT * FROM geocoder_door_rows(ids);
    WHEN 'buildings_estate' THEN RETURN QUERY SELECT * FROM geocoder_estate_rows(ids);
    WHEN 'buildings_building' THEN RETURN QUERY SELECT * FROM geocoder_building_rows(ids);
    WHEN 'buildings_place' THEN RETURN QUERY SELECT * FROM geocoder_place_rows(ids);
    WHEN 'buildings_asset' THEN RETURN QUERY SELECT * FROM geocoder_asset_rows(ids);
    WHEN 'buildings_road' THEN RETURN QUERY SELECT * FROM geocoder_road_rows(
      CASE WHEN ids IS NOT NULL THEN ARRAY(SELECT name FROM buildings_road WHERE id = ANY (ids)) END);
    WHEN 'geocoder_lane' THEN RETURN QUERY SELECT * FROM geocoder_lane_rows(
      CASE WHEN ids IS NOT NULL THEN ARRAY(SELECT road_name FROM buildings_door WHERE id = ANY (ids)) END);
  END CASE;
END $$;

CREATE OR REPLACE FUNCTION geocoder_add(entries geocoder_entry[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO geocoder_entry (kind, name, key, series, number, low, high, address, region_code, unit_grid_code,
                              source, source_id, weight, valid, geometry, location)
  SELECT kind, name, key, series, number, low, high, address, region_code, unit_grid_code,
         source, source_id, weight, valid, geometry, location FROM unnest(entries);
  PERFORM geocoder_learn(array_agg(key), array_agg(kind), array_agg(weight))
     FROM unnest(entries) WHERE key <> '' AND kind NOT IN ('unit_grid', 'asset');
END $$;

-- The rows of some ids of a table anew, in parts that fit into memory.
CREATE OR REPLACE FUNCTION geocoder_refresh(of_source text, ids bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  part bigint[];
BEGIN
  DELETE FROM geocoder_entry e WHERE e.source = of_source AND e.source_id = ANY (ids);
  FOR n IN 0 .. (cardinality(ids) - 1) / 20000 LOOP
    part := ids[n * 20000 + 1 : (n + 1) * 20000];
    PERFORM geocoder_add(ARRAY(SELECT r::geocoder_entry FROM geocoder_rows_of(of_source, part) r));
  END LOOP;
END $$;

-- Roads and lanes are many rows of one name: all of a name are made anew together.
CREATE OR REPLACE FUNCTION geocoder_refresh_roads(names text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('geocoder roads'));  -- two who add to one road see each other's part
  DELETE FROM geocoder_entry e USING unnest(names) AS gone (name)
   WHERE e.key = geocoder_key(gone.name) AND e.source = 'buildings_road' AND e.name = gone.name;
  PERFORM geocoder_add(ARRAY(SELECT r::geocoder_entry FROM geocoder_road_rows(names) r));
END $$;

CREATE OR REPLACE FUNCTION geocoder_refresh_lanes(roads text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('geocoder roads'));
  DELETE FROM geocoder_entry e USING unnest(roads) AS gone (road)
   WHERE e.series = geocoder_key(gone.road) AND e.source = 'geocoder_lane';
  PERFORM geocoder_add(ARRAY(SELECT r::geocoder_entry FROM geocoder_lane_rows(roads) r));
END $$;

-- What lies in an estate is numbered in it: its doors and buildings are told anew when it changes.
CREATE OR REPLACE FUNCTION geocoder_refresh_estates(ids bigint[], grounds geometry[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM geocoder_refresh('buildings_estate', ids);
  PERFORM geocoder_refresh('buildings_building', found.ids)
     FROM (SELECT array_agg(id ORDER BY id) AS ids FROM buildings_building WHERE estate_id = ANY (ids)) found
    WHERE found.ids IS NOT NULL;
  PERFORM geocoder_refresh('buildings_door', found.ids)
     FROM (SELECT array_agg(DISTINCT d.id) AS ids FROM unnest(grounds) ground
             JOIN buildings_door d ON d.location && ST_Expand(ground, 0.0002)) found
    WHERE found.ids IS NOT NULL;
END $$;

-- What a statement wrote is noted; the commit does the work, once for all statements of the transaction.
CREATE OR REPLACE FUNCTION geocoder_note() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  written text := CASE TG_OP
    WHEN 'INSERT' THEN 'SELECT * FROM after'
    WHEN 'DELETE' THEN 'SELECT * FROM before'
    ELSE 'SELECT * FROM after UNION ALL SELECT * FROM before' END;
  road text := CASE TG_TABLE_NAME
    WHEN 'buildings_road' THEN 'CASE WHEN name <> '''' THEN name END'
    WHEN 'buildings_door' THEN 'CASE WHEN number LIKE ''%弄%'' THEN road_name END'
    ELSE 'NULL::text' END;
  ground text := CASE TG_TABLE_NAME
    WHEN 'buildings_estate' THEN 'ST_Collect(ST_Envelope(boundary))' ELSE 'NULL::geometry' END;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM geocoder_entry
     WHERE source = TG_TABLE_NAME OR (source = 'geocoder_lane' AND TG_TABLE_NAME = 'buildings_door');
    RETURN NULL;
  END IF;
  EXECUTE 'INSERT INTO geocoder_pending (source, ids, names, ground)
    SELECT $1, array_agg(DISTINCT id), COALESCE(array_agg(DISTINCT ' || road || ') FILTER (WHERE ' || road || ' IS NOT NULL), ''{}''), '
    || ground || ' FROM (' || written || ') w HAVING count(*) > 0' USING TG_TABLE_NAME;
  RETURN NULL;
END $$;

-- The noted rows of the committing transaction into the gazetteer; the first call does all, others find nothing.
CREATE OR REPLACE FUNCTION geocoder_follow() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  noted record;
BEGIN
  FOR noted IN
    WITH taken AS (DELETE FROM geocoder_pending RETURNING *)
    SELECT t.source, array_agg(DISTINCT t.id) FILTER (WHERE t.id IS NOT NULL) AS ids,
           array_agg(DISTINCT t.name) FILTER (WHERE t.name IS NOT NULL) AS names,
           array_agg(t.ground) FILTER (WHERE t.ground IS NOT NULL) AS grounds
      FROM (SELECT p.source, i.id, NULL AS name, NULL::geometry AS ground FROM taken p CROSS JOIN LATERAL unnest(p.ids) i (id)
            UNION ALL SELECT p.source, NULL, n.name, NULL FROM taken p CROSS JOIN LATERAL unnest(p.names) n (name)
            UNION ALL SELECT p.source, NULL, NULL, p.ground FROM taken p) t
     GROUP BY t.source ORDER BY t.source
  LOOP
    CASE noted.source
      WHEN 'buildings_road' THEN PERFORM geocoder_refresh_roads(COALESCE(noted.names, '{}'));
      WHEN 'buildings_estate' THEN PERFORM geocoder_refresh_estates(noted.ids, noted.grounds);
      WHEN 'buildings_door' THEN
        PERFORM geocoder_refresh('buildings_door', noted.ids);
        PERFORM geocoder_refresh_lanes(COALESCE(noted.names, '{}'));
      ELSE PERFORM geocoder_refresh(noted.source, noted.ids);
    END CASE;
  END LOOP;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS geocoder_committed ON geocoder_pending;
CREATE CONSTRAINT TRIGGER geocoder_committed AFTER INSERT ON geocoder_pending
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION geocoder_follow();

DO $$
DECLARE
  followed text;
BEGIN
  FOREACH followed IN ARRAY ARRAY['grids_region', 'grids_unitgrid', 'grids_responsibilitygrid', 'buildings_road',
    'buildings_door', 'buildings_estate', 'buildings_building', 'buildings_place', 'buildings_asset']
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER geocoder_inserted AFTER INSERT ON %I
      REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION geocoder_note()', followed);
    EXECUTE format('CREATE OR REPLACE TRIGGER geocoder_updated AFTER UPDATE ON %I
      REFERENCING NEW TABLE AS after OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION geocoder_note()',
      followed);
    EXECUTE format('CREATE OR REPLACE TRIGGER geocoder_deleted AFTER DELETE ON %I
      REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION geocoder_note()', followed);
    EXECUTE format('CREATE OR REPLACE TRIGGER geocoder_truncated AFTER TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION geocoder_note()', followed);
  END LOOP;
END $$;

-- The whole gazetteer from its sources.
CREATE OR REPLACE FUNCTION geocoder_rebuild() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  followed text;
BEGIN
  LOCK TABLE geocoder_entry IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM geocoder_entry;
  DELETE FROM geocoder_name;
  FOREACH followed IN ARRAY ARRAY['grids_region', 'grids_unitgrid', 'grids_responsibilitygrid', 'buildings_road',
    'buildings_door', 'geocoder_lane', 'buildings_estate', 'buildings_building', 'buildings_place',
    'buildings_asset']
  LOOP
    INSERT INTO geocoder_entry (kind, name, key, series, number, low, high, address, region_code, unit_grid_code,
                                source, source_id, weight, valid, geometry, location)
    SELECT kind, name, key, series, number, low, high, address, region_code, unit_grid_code,
           source, source_id, weight, valid, geometry, location FROM geocoder_rows_of(followed, NULL);
  END LOOP;
  PERFORM geocoder_learn(array_agg(key), array_agg(kind), array_agg(weight))
     FROM (SELECT DISTINCT ON (key) key, kind, weight FROM geocoder_entry
            WHERE key <> '' AND kind NOT IN ('unit_grid', 'asset') ORDER BY key, weight DESC) named;
END $$;
