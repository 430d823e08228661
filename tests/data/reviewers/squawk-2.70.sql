-- Every rule of squawk 2.70 with statements that it reports. "--- NAME: RULE ..." begins a case: squawk's rule, then
-- those of pgdrill's that must report it, too. tests/registry asks squawk itself whether it does.

--- require-concurrent-index-creation: index-not-concurrent
CREATE INDEX orders_total ON orders (total);
--- require-concurrent-index-deletion: index-drop-not-concurrent
DROP INDEX orders_total;
--- require-concurrent-reindex: reindex-not-concurrent
REINDEX INDEX orders_total;
--- require-concurrent-partition-detach: detach-not-concurrent
ALTER TABLE measures DETACH PARTITION measures_2020;
--- ban-concurrent-index-creation-in-transaction: concurrently-in-transaction
BEGIN;
CREATE INDEX CONCURRENTLY orders_total ON orders (total);
COMMIT;
--- constraint-missing-not-valid: constraint-validates
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0);
--- adding-foreign-key-constraint: constraint-validates
ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id);
--- adding-foreign-key-constraint: foreign-key-locks-parent
ALTER TABLE orders ADD COLUMN customer_id bigint REFERENCES customers (id);
--- disallowed-unique-constraint: constraint-builds-index
ALTER TABLE orders ADD CONSTRAINT one_number UNIQUE (number);
--- adding-serial-primary-key-field: constraint-builds-index
ALTER TABLE orders ADD PRIMARY KEY (id);
--- adding-field-with-default: add-column-rewrites
ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
--- adding-not-nullable-field: set-not-null-scans
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
--- adding-required-field: add-required-column
ALTER TABLE orders ADD COLUMN total int NOT NULL;
--- changing-column-type: change-column-type
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
--- prefer-repack: table-rewritten
VACUUM FULL orders;
--- renaming-column: rename-column
ALTER TABLE orders RENAME COLUMN total TO amount;
--- renaming-table: rename-table
ALTER TABLE orders RENAME TO purchases;
--- renaming-object: rename-object
ALTER VIEW open_orders RENAME TO pending_orders;
--- ban-set-schema: set-schema
ALTER TABLE orders SET SCHEMA shop;
--- ban-drop-column: drop-column
ALTER TABLE orders DROP COLUMN total;
--- ban-drop-table: drop-table
DROP TABLE orders;
--- ban-drop-not-null: drop-not-null
ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;
--- ban-drop-default: drop-default
ALTER TABLE orders ALTER COLUMN total DROP DEFAULT;
--- ban-drop-constraint: drop-constraint
ALTER TABLE orders DROP CONSTRAINT positive;
--- ban-drop-trigger: drop-trigger
DROP TRIGGER audit_orders ON orders;
--- ban-drop-generated-expression: drop-expression
ALTER TABLE orders ALTER COLUMN total DROP EXPRESSION;
--- ban-drop-index: index-drop-not-concurrent
DROP INDEX orders_total;
--- ban-drop-database: drop-object
DROP DATABASE shop;
--- ban-drop-schema: drop-object
DROP SCHEMA shop;
--- ban-drop-sequence: drop-object
DROP SEQUENCE order_numbers;
--- ban-drop-type: drop-object
DROP TYPE state;
--- ban-drop-domain: drop-object
DROP DOMAIN email;
--- ban-drop-view: drop-object
DROP VIEW open_orders;
--- ban-drop-function: drop-object
DROP FUNCTION total(int);
--- ban-drop-extension: drop-object
DROP EXTENSION pg_trgm;
--- ban-truncate-cascade: truncate
TRUNCATE orders CASCADE;
--- require-lock-timeout: lock-timeout-missing
ALTER TABLE orders ADD COLUMN note text;
--- require-statement-timeout: statement-timeout-missing
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
--- prefer-robust-stmts: half-applied
ALTER TABLE orders ADD COLUMN note text;
CREATE INDEX CONCURRENTLY orders_note ON orders (note);
--- transaction-nesting: transaction-nesting
BEGIN;
BEGIN;
SELECT 1;
COMMIT;
--- ban-uncommitted-transaction: transaction-left-open
BEGIN;
CREATE TABLE notes (id bigint);
--- unused-ignore: unused-suppression
-- pgdrill: allow drop-column: nobody reads it
SELECT 1;
--- identifier-too-long: identifier-too-long
CREATE TABLE notes (a_name_of_more_than_sixty_three_bytes_is_cut_by_the_server_without_error int);
--- ban-duplicate-column-assignments: duplicate-assignment
UPDATE orders SET total = 1, total = 2 WHERE id = 7;
--- prefer-bigint-over-int: prefer-bigint
CREATE TABLE notes (id int);
--- prefer-bigint-over-smallint: prefer-bigint
CREATE TABLE notes (id smallint);
--- prefer-identity: prefer-identity
CREATE TABLE notes (id bigserial);
--- prefer-text-field: prefer-text
CREATE TABLE notes (body varchar(100));
--- prefer-timestamp-tz: prefer-timestamptz
CREATE TABLE notes (written timestamp);
--- ban-char-field: char-column
CREATE TABLE notes (code char(3));
--- ban-create-domain-with-constraint: domain-with-constraint
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
--- ban-alter-domain-with-add-constraint: domain-constraint-scans
ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
--- require-enum-value-ordering: enum-value-order
ALTER TYPE state ADD VALUE 'archived';
--- ban-add-enum-value: enum-value-stays
ALTER TYPE state ADD VALUE 'archived' AFTER 'done';
--- ban-add-composite-attribute: composite-attribute
ALTER TYPE address ADD ATTRIBUTE city text;
--- ban-add-column: add-column
ALTER TABLE orders ADD COLUMN note text;
--- ban-set-default: set-default
ALTER TABLE orders ALTER COLUMN total SET DEFAULT 0;
--- require-table-schema: schema-not-named
CREATE TABLE notes (id bigint);
--- ban-alter-sequence-values: sequence-changed
ALTER SEQUENCE order_numbers RESTART WITH 1;
--- ban-alter-identity: new-write-restriction
ALTER TABLE orders ALTER COLUMN id SET GENERATED ALWAYS;
--- renaming-object: rename-object
ALTER TABLE orders RENAME CONSTRAINT positive TO above_zero;
--- ban-alter-generated-expression: table-rewritten
ALTER TABLE orders ALTER COLUMN total SET EXPRESSION AS (price * pieces);
--- ban-disable-trigger: disable-trigger
ALTER TABLE orders DISABLE TRIGGER audit_orders;
--- ban-replica-identity: replica-identity
ALTER TABLE orders REPLICA IDENTITY NOTHING;
--- ban-detach-inheritance: inheritance-detached
ALTER TABLE orders_2020 NO INHERIT orders;
--- ban-new-write-restriction: new-write-restriction
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;
--- ban-new-write-restriction: new-write-restriction
CREATE UNIQUE INDEX CONCURRENTLY orders_number ON orders (number);
--- ban-new-write-restriction: new-write-restriction
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
--- ban-new-write-restriction: new-write-restriction
ALTER DOMAIN email SET NOT NULL;
--- ban-new-write-restriction: new-write-restriction
ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%') NOT VALID;
--- ban-new-write-restriction: new-write-restriction
ALTER TABLE orders ALTER CONSTRAINT of_customer NOT DEFERRABLE;
--- ban-revoke: revoke
REVOKE SELECT ON orders FROM reader;
--- ban-create-policy: row-security
CREATE POLICY own ON orders USING (owner = current_user);
--- ban-drop-policy: row-security
DROP POLICY own ON orders;
--- ban-alter-policy-condition: row-security
ALTER POLICY own ON orders USING (true);
--- ban-alter-policy-roles: row-security
ALTER POLICY own ON orders TO reader;
--- ban-alter-row-level-security: row-security
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
--- ban-replace-view-function: replace-view
CREATE OR REPLACE VIEW open_orders AS SELECT id FROM orders;
--- ban-replace-view-function: replace-function
CREATE OR REPLACE FUNCTION total(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
--- ban-alter-function-options: settings-changed
ALTER FUNCTION total(int) SECURITY DEFINER;
--- ban-alter-view-options: settings-changed
ALTER VIEW open_orders SET (security_invoker = true);
--- ban-alter-role-options: settings-changed
ALTER ROLE app SET statement_timeout = '5s';
--- ban-alter-database-options: settings-changed
ALTER DATABASE shop SET statement_timeout = '5s';
--- ban-alter-system-options: settings-changed
ALTER SYSTEM SET statement_timeout = '5s';
--- ban-alter-extension: extension-updated
ALTER EXTENSION pg_trgm UPDATE;
