-- The application: it uses customers.registered_at.
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
