-- Case numbers of a day: YYYYMMDD and a count of at least five digits, drawn from a sequence of that day, so
-- that reports never wait for one another or for a long load. Not gap-free. Numbers that a file brought are
-- passed over. Index: cases_case_number_key.
CREATE OR REPLACE FUNCTION next_case_numbers(day date, wanted integer) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
  counter text := 'case_number_' || to_char(day, 'YYYYMMDD');
  n text;
  candidate text;
  given integer := 0;
BEGIN
  IF to_regclass(counter) IS NULL THEN
    BEGIN
      EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I', counter);
    EXCEPTION WHEN unique_violation OR duplicate_table THEN
      NULL;  -- another session has just made it
    END;
  END IF;
  WHILE given < wanted LOOP
    n := nextval(counter::regclass)::text;
    candidate := to_char(day, 'YYYYMMDD') || lpad(n, greatest(5, length(n)), '0');
    CONTINUE WHEN EXISTS (SELECT FROM cases_case WHERE number = candidate);
    RETURN NEXT candidate;
    given := given + 1;
  END LOOP;
END $$;
