-- Leads back from wherever the expansion was cut.
DROP TRIGGER IF EXISTS zz_customers_sync_joined_at ON customers;
DROP FUNCTION IF EXISTS customers_sync_joined_at();
ALTER TABLE customers DROP CONSTRAINT IF EXISTS customers_joined_at;
ALTER TABLE customers DROP COLUMN IF EXISTS joined_at;
