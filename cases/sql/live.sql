-- Tells the channel "cases" of new and changed cases, for those who watch (cases/live.py): once per statement,
-- {"event": "new" | "changed", "ids": [...]}, or {"event": "many"} for more than 100 rows. A payload may have
-- 8000 bytes; equal ones of one transaction are sent once, so a bulk load in any number of statements says
-- "many" once. Only ids leave the database: who may see a case is asked for each watcher.
CREATE OR REPLACE FUNCTION tell_watchers(event text, ids bigint[]) RETURNS void
LANGUAGE sql AS $$
  SELECT CASE
    WHEN cardinality(ids) > 100 THEN pg_notify('cases', '{"event": "many"}')
    WHEN cardinality(ids) > 0 THEN pg_notify('cases', json_build_object('event', event, 'ids', ids)::text)
  END
$$;

CREATE OR REPLACE FUNCTION tell_new_cases() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_watchers('new', ARRAY(SELECT id FROM new_rows LIMIT 101));
  RETURN NULL;
END $$;

-- Only what a watcher sees of a case counts as a change. Many rows are not compared: the two transition tables
-- have no statistics, and a join of them would be planned for a handful.
CREATE OR REPLACE FUNCTION tell_changed_cases() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  changed bigint[] := ARRAY(SELECT id FROM new_rows LIMIT 101);
BEGIN
  IF cardinality(changed) <= 100 THEN
    changed := ARRAY(
      SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
       WHERE (n.stage, n.level, n.urgency, n.category_id, n.region_code, n.place, n.description, n.reported_at)
             IS DISTINCT FROM
             (o.stage, o.level, o.urgency, o.category_id, o.region_code, o.place, o.description, o.reported_at)
          OR NOT n.location ~= o.location);
  END IF;
  PERFORM tell_watchers('changed', changed);
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS tell_new_cases ON cases_case;
CREATE TRIGGER tell_new_cases AFTER INSERT ON cases_case
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tell_new_cases();

DROP TRIGGER IF EXISTS tell_changed_cases ON cases_case;
CREATE TRIGGER tell_changed_cases AFTER UPDATE ON cases_case
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_cases();
