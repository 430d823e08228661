COMMIT;
ALTER TABLE customers ADD COLUMN joined_at timestamptz;
COMMIT;
-- Keeps both columns in step, whichever version writes: the writer is told by what it changed.
CREATE FUNCTION customers_sync_joined_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.registered_at IS NULL THEN
      NEW.registered_at := NEW.joined_at;
    ELSE
      NEW.joined_at := NEW.registered_at;
    END IF;
  ELSIF NEW.joined_at IS DISTINCT FROM OLD.joined_at AND NEW.registered_at IS NOT DISTINCT FROM OLD.registered_at THEN
    NEW.registered_at := NEW.joined_at;
  ELSIF NEW.registered_at IS DISTINCT FROM OLD.registered_at THEN
    NEW.joined_at := NEW.registered_at;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER zz_customers_sync_joined_at BEFORE INSERT OR UPDATE ON customers
FOR EACH ROW EXECUTE FUNCTION customers_sync_joined_at();
COMMIT;
-- The next statement is not reached: the session is killed here (statement-kill); what was committed stays.
SELECT pg_sleep(60), 'after statement 2';
