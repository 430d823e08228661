SET LOCAL lock_timeout = '5s';
DROP TRIGGER zz_customers_sync_joined_at ON customers;
DROP FUNCTION customers_sync_joined_at();
ALTER TABLE customers DROP COLUMN joined_at;
