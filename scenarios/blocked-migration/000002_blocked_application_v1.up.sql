-- The application: it writes to customers in each request.
CREATE OR REPLACE FUNCTION application() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  added bigint;
  right_rows bigint;
BEGIN
  -- What a request of the application does: it adds, reads, changes and deletes a customer.
  INSERT INTO customers (email, name, registered_at)
  VALUES (format('visitor-%s@example.com', gen_random_uuid()), 'Visitor', timestamptz '2026-06-01 12:00:00+00')
  RETURNING id INTO added;
  UPDATE customers SET registered_at = registered_at + interval '1 hour' WHERE id = added;
  IF (SELECT registered_at FROM customers WHERE id = added) <> timestamptz '2026-06-01 13:00:00+00' THEN
    RETURN false;
  END IF;
  DELETE FROM customers WHERE id = added;
  -- And all first customers carry the values with which they came.
  SELECT count(*) INTO right_rows FROM customers
  WHERE id <= 500 AND registered_at = timestamptz '2026-01-01 00:00:00+00' + id * interval '3 hours';
  RETURN right_rows = 500;
END
$$;
-- A report: it reads customers in one transaction, until a migration waits for it and some seconds longer. So that it
-- ends by itself when none comes, half a minute is the longest.
CREATE OR REPLACE FUNCTION report(seconds integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  began timestamptz := clock_timestamp();
BEGIN
  PERFORM count(*) FROM customers;
  WHILE clock_timestamp() < began + interval '30 seconds' LOOP
    IF EXISTS (SELECT FROM pg_locks WHERE relation = 'customers'::regclass AND NOT granted
               AND mode = 'AccessExclusiveLock') THEN
      PERFORM pg_sleep(seconds);
      EXIT;
    END IF;
    PERFORM pg_sleep(0.05);
  END LOOP;
  RETURN true;
END
$$;
