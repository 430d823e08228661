#include "tests/unit/probes/mutation_database.hpp"

namespace pgdrill::test {

namespace {
constexpr char const* schema = R"(
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN CREATE ROLE reader; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'writer') THEN CREATE ROLE writer LOGIN; END IF; END $$;
CREATE TYPE mood AS ENUM ('sad', 'glad', 'calm');
CREATE TYPE postal AS (street text, zip varchar(10));
CREATE DOMAIN price AS numeric(12, 2) CHECK (VALUE >= 0);
CREATE COLLATION german (provider = icu, locale = 'de');
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name varchar(40), country char(2) DEFAULT 'DE',
  born date, credit numeric(12, 2) DEFAULT 0, rate numeric, score float8, small float4, active boolean NOT NULL DEFAULT true, tags text[], numbers int[], profile jsonb, raw json,
  seen timestamptz, local timestamp, token uuid, address postal, ip inet, photo bytea, feeling mood DEFAULT 'calm', pause interval, span int4range, bits bit(8), cost money, note text,
  CONSTRAINT credit_floor CHECK (credit > -100000));
INSERT INTO customers (email, name, country, born, credit, rate, score, small, active, tags, numbers, profile, raw, seen, local, token, address, ip, photo, feeling, pause, span, bits, cost, note)
SELECT 'c' || n || '@example.org', 'Name ' || n, 'DE', date '1980-01-01' + n, n, n / 10.0, n / 3.0, n / 7.0, n % 2 = 0, ARRAY['a', 'b' || n], ARRAY[n, n + 1], jsonb_build_object('n', n, 'list', jsonb_build_array(1.0, n)),
  json_build_object('n', n), timestamptz '2026-01-01 00:00:00+00' + n * interval '1 hour', timestamp '2026-01-01' + n * interval '1 minute', md5(n::text)::uuid, ROW('Street ' || n, n::text)::postal, ('10.0.0.' || n)::inet,
  decode(repeat(lpad(to_hex(n), 8, '0'), 4), 'hex'), 'sad', '24:00:00', int4range(n, n + 5), n::bit(8), n::numeric::money, CASE WHEN n % 3 = 0 THEN NULL ELSE 'note' END FROM generate_series(1, 60) n;
CREATE TABLE orders (id serial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id) ON DELETE CASCADE, total numeric(12, 2), doubled numeric GENERATED ALWAYS AS (total * 2) STORED,
  shipping price DEFAULT 4.90, state mood NOT NULL DEFAULT 'calm', placed timestamptz, comment text, CONSTRAINT total_positive CHECK (total >= 0));
INSERT INTO orders (customer_id, total, placed, comment) SELECT n % 60 + 1, n, timestamptz '2026-02-01 00:00:00+00' + n * interval '1 second', 'order ' || n FROM generate_series(1, 80) n;
CREATE TABLE order_lines (order_id int REFERENCES orders (id), position int, article text, amount int, PRIMARY KEY (order_id, position));
INSERT INTO order_lines SELECT n, p, 'article ' || n * p, n + p FROM generate_series(1, 40) n, generate_series(1, 2) p;
CREATE TABLE loose (a int, b text);
INSERT INTO loose SELECT n % 5, 'text ' || n % 7 FROM generate_series(1, 50) n;
CREATE TABLE documents (id int PRIMARY KEY, body text);
INSERT INTO documents SELECT n, (SELECT string_agg(md5((n * i)::text), '') FROM generate_series(1, 200) i) FROM generate_series(1, 6) n;
CREATE TABLE measures (at date NOT NULL, sensor int NOT NULL, value float8, PRIMARY KEY (at, sensor)) PARTITION BY RANGE (at);
CREATE TABLE measures_old PARTITION OF measures FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE measures_new PARTITION OF measures FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO measures SELECT date '2025-12-15' + n, n % 3, n / 9.0 FROM generate_series(1, 40) n;
CREATE TABLE "Odd.Name" ("key" int PRIMARY KEY, "Some Column" text);
INSERT INTO "Odd.Name" VALUES (1, 'x'), (2, 'y');
CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_migrations VALUES (7, false);
CREATE INDEX orders_open ON orders (customer_id) WHERE state = 'calm';
CREATE INDEX customers_name ON customers (lower(name));
CREATE UNIQUE INDEX customers_token ON customers (token) INCLUDE (email);
CREATE INDEX loose_b ON loose USING hash (b);
CREATE VIEW balances AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM orders;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION add_tax(amount numeric, rate numeric DEFAULT 0.19) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT amount * (1 + rate)';
CREATE PROCEDURE nothing() LANGUAGE plpgsql AS 'BEGIN END';
CREATE AGGREGATE product (numeric) (sfunc = numeric_mul, stype = numeric, initcond = '1');
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER touch_twice AFTER INSERT ON customers FOR EACH ROW WHEN (new.credit > 0) EXECUTE FUNCTION touch();
CREATE RULE keep AS ON DELETE TO documents WHERE old.id = 1 DO INSTEAD NOTHING;
CREATE SEQUENCE numbers INCREMENT 2 START 100;
SELECT nextval('numbers') FROM generate_series(1, 10);
CREATE SEQUENCE downwards INCREMENT -1 MINVALUE -1000 START -1;
SELECT nextval('downwards') FROM generate_series(1, 10);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_orders ON orders FOR SELECT TO reader USING (customer_id > 10);
GRANT SELECT ON customers, orders TO reader;
GRANT INSERT, UPDATE ON orders TO writer WITH GRANT OPTION;
GRANT SELECT (email) ON customers TO writer;
GRANT USAGE ON SEQUENCE numbers TO writer;
GRANT EXECUTE ON FUNCTION add_tax(numeric, numeric) TO reader;
CREATE STATISTICS order_statistics ON customer_id, state FROM orders;
CREATE PUBLICATION changes FOR TABLE customers, orders WHERE (id > 10);
COMMENT ON TABLE customers IS 'who buys';
COMMENT ON COLUMN customers.email IS 'unique';
CREATE SCHEMA extra AUTHORIZATION writer;
CREATE TABLE extra.settings (name text PRIMARY KEY, value text) WITH (fillfactor = 70);
INSERT INTO extra.settings VALUES ('a', '1'), ('b', NULL), ('c', '');
ALTER DEFAULT PRIVILEGES IN SCHEMA extra GRANT SELECT ON TABLES TO reader;
CREATE FUNCTION plain_number(mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION on_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION plain_equal(int, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text = $2';
CREATE OPERATOR === (leftarg = int, rightarg = text, function = plain_equal);
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
CREATE EVENT TRIGGER watching ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'DROP VIEW') EXECUTE FUNCTION on_event();
CREATE EXTENSION pg_trgm;
CREATE FOREIGN DATA WRAPPER plain;
CREATE SERVER far FOREIGN DATA WRAPPER plain OPTIONS (host 'a');
CREATE USER MAPPING FOR reader SERVER far OPTIONS (password 'not to be told');
CREATE FOREIGN TABLE distant (n int) SERVER far;
DO $$ BEGIN EXECUTE 'ALTER ROLE writer IN DATABASE ' || quote_ident(current_database()) || ' SET search_path = extra, public'; END $$;
CREATE SCHEMA pgdrill;
CREATE TABLE pgdrill.own (n int);
ANALYZE;
)";
}  // namespace

std::string mutation_schema() { return schema; }

int pick(Random& random, int most) { return static_cast<int>(random() % static_cast<unsigned>(most)) + 1; }

}  // namespace pgdrill::test
