-- Every check that strong_migrations 1.x makes on PostgreSQL (lib/strong_migrations/checks.rb), as the SQL that the
-- operation sends; without add_column_default, which is about servers before PostgreSQL 11. "--- NAME: RULE ..." begins a case: the check, then those of pgdrill's rules that must report it.

--- add_check_constraint: constraint-validates
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0);
--- add_exclusion_constraint: constraint-builds-index
ALTER TABLE bookings ADD CONSTRAINT apart EXCLUDE USING gist (room WITH =, during WITH &&);
--- add_unique_constraint: constraint-builds-index
ALTER TABLE orders ADD CONSTRAINT one_number UNIQUE (number);
--- add_column_default_callable: add-column-rewrites
ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
--- add_column_json: json-column
ALTER TABLE orders ADD COLUMN details json;
--- add_column_generated_stored: add-column-rewrites
ALTER TABLE orders ADD COLUMN gross int GENERATED ALWAYS AS (net + tax) STORED;
--- add_column_auto_incrementing: add-column-rewrites
ALTER TABLE orders ADD COLUMN number bigserial;
--- add_foreign_key: constraint-validates
ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id);
--- add_reference: index-not-concurrent
ALTER TABLE orders ADD COLUMN customer_id bigint;
CREATE INDEX orders_customer ON orders (customer_id);
--- add_reference with a foreign key: constraint-validates
ALTER TABLE orders ADD COLUMN customer_id bigint;
ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id);
--- add_index: index-not-concurrent
CREATE INDEX orders_total ON orders (total);
--- add_index_columns: index-many-columns
CREATE INDEX CONCURRENTLY orders_all ON orders (a, b, c, d);
--- add_index_corruption: concurrently-corrupts
-- with: postgres 14.2
CREATE INDEX CONCURRENTLY orders_total ON orders (total);
--- change_column: change-column-type
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
--- change_column_with_not_null: set-not-null-scans
ALTER TABLE orders ALTER COLUMN note TYPE text, ALTER COLUMN note SET NOT NULL;
--- change_column_constraint: change-column-type
CREATE TABLE early (note varchar(20) CHECK (note <> ''));
--- file 2.sql
ALTER TABLE early ALTER COLUMN note TYPE varchar(40);
--- change_column_default: set-default
ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'new';
--- change_column_null: set-not-null-scans
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
--- change_column_null with a default: unbatched-update set-not-null-scans
UPDATE orders SET total = 0 WHERE total IS NULL;
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
--- create_table with force: drop-table drop-cascade
DROP TABLE IF EXISTS orders CASCADE;
CREATE TABLE orders (id bigint PRIMARY KEY);
--- execute: dynamic-sql
DO $$ BEGIN EXECUTE 'ALTER TABLE ' || 'orders' || ' DROP COLUMN total'; END $$;
--- remove_column: drop-column
ALTER TABLE orders DROP COLUMN total;
--- remove_index: index-drop-not-concurrent
DROP INDEX orders_total;
--- rename_column: rename-column
ALTER TABLE orders RENAME COLUMN total TO amount;
--- rename_table: rename-table
ALTER TABLE orders RENAME TO purchases;
--- rename_schema: rename-object
ALTER SCHEMA shop RENAME TO store;
--- validate_check_constraint: work-under-lock
BEGIN;
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT positive;
COMMIT;
--- validate_foreign_key: work-under-lock
BEGIN;
ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT of_customer;
COMMIT;
