-- Every operation of pgroll (docs/operations) as the SQL that does the same at once. "--- NAME: RULE ..." begins a case:
-- pgroll takes it through two versions of the schema; pgdrill's rules must say why, or nothing but the lock when an
-- instant change needs no phases.

--- create_table: -
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
--- drop_table: drop-table
DROP TABLE orders;
--- rename_table: rename-table
ALTER TABLE orders RENAME TO purchases;
--- add_column: lock-timeout-missing
ALTER TABLE orders ADD COLUMN note text;
--- add_column not null without default: add-required-column
ALTER TABLE orders ADD COLUMN note text NOT NULL;
--- add_column unique: add-column-constraint
ALTER TABLE orders ADD COLUMN number text UNIQUE;
--- add_column with a check: add-column-constraint
ALTER TABLE orders ADD COLUMN number int CHECK (number > 0);
--- add_column with a volatile default: add-column-rewrites
ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
--- drop_column: drop-column
ALTER TABLE orders DROP COLUMN total;
--- rename_column: rename-column
ALTER TABLE orders RENAME COLUMN total TO amount;
--- alter_column type: change-column-type
ALTER TABLE orders ALTER COLUMN total TYPE text;
--- alter_column not null: set-not-null-scans
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
--- alter_column nullable: drop-not-null
ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;
--- alter_column default: set-default
ALTER TABLE orders ALTER COLUMN total SET DEFAULT 0;
--- alter_column check: constraint-validates
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0);
--- alter_column references: constraint-validates
ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id);
--- alter_column unique: constraint-builds-index
ALTER TABLE orders ADD CONSTRAINT one_number UNIQUE (number);
--- alter_column comment: -
COMMENT ON COLUMN orders.total IS 'in cents';
--- create_constraint primary key: constraint-builds-index
ALTER TABLE orders ADD PRIMARY KEY (id);
--- create_constraint of several columns: constraint-builds-index
ALTER TABLE orders ADD CONSTRAINT one_pair UNIQUE (shop, number);
--- drop_constraint: drop-constraint
ALTER TABLE orders DROP CONSTRAINT positive;
--- drop_multicolumn_constraint: drop-constraint
ALTER TABLE orders DROP CONSTRAINT one_pair;
--- rename_constraint: rename-object
ALTER TABLE orders RENAME CONSTRAINT positive TO above_zero;
--- create_index: index-not-concurrent
CREATE INDEX orders_total ON orders (total);
--- drop_index: index-drop-not-concurrent
DROP INDEX orders_total;
--- set_replica_identity: replica-identity
ALTER TABLE orders REPLICA IDENTITY FULL;
--- raw_sql: unbatched-update
UPDATE orders SET state = 'old';
