-- Tries for a moment, lets the requests through, tries again: nobody waits for longer than lock_timeout.
DO $$
BEGIN
  FOR attempt IN 1..200 LOOP
    BEGIN
      SET LOCAL lock_timeout = '200ms';
      ALTER TABLE customers DROP COLUMN note;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.05);
    END;
  END LOOP;
  RAISE EXCEPTION 'the table was never free';
END
$$;
