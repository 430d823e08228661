// Changes of what belongs to the whole database or server, and of rights on what came with it.
#include "tests/unit/probes/mutation_database.hpp"

namespace pgdrill::test {

namespace {

struct Change {
  char const* sql;
  char const* object;
  char const* said;
};

constexpr Change changes[] = {
    // rights on what came with the server or an extension
    {"GRANT EXECUTE ON FUNCTION pg_switch_wal() TO reader", "installed function pg_switch_wal()",
     "reader:EXECUTE"},
    {"REVOKE EXECUTE ON FUNCTION lower(text) FROM PUBLIC", "installed function lower(text)",
     "instead of PUBLIC:EXECUTE"},
    {"REVOKE EXECUTE ON FUNCTION similarity(text, text) FROM PUBLIC",
     "installed function public.similarity(text,text)", "grants"},
    {"GRANT SELECT ON pg_authid TO reader", "installed table pg_catalog.pg_authid", "reader:SELECT"},
    {"REVOKE SELECT ON information_schema.tables FROM PUBLIC", "installed table information_schema.tables",
     "grants"},
    {"GRANT SELECT (rolpassword) ON pg_authid TO writer", "installed column pg_catalog.pg_authid.rolpassword",
     "grants is writer:SELECT instead of none"},
    {"REVOKE USAGE ON SCHEMA information_schema FROM PUBLIC", "installed schema information_schema",
     "grants"},
    {"REVOKE USAGE ON TYPE int4range FROM PUBLIC", "installed type pg_catalog.int4range", "grants"},
    {"GRANT SET ON PARAMETER log_min_messages TO writer", "parameter log_min_messages",
     "writer:SET instead of postgres:ALTER SYSTEM, postgres:SET"},
    {"REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC", "language plpgsql", "grants"},
    // extensions
    {"ALTER EXTENSION pg_trgm SET SCHEMA extra", "extension pg_trgm", "schema is extra instead of public"},
    {"DROP EXTENSION pg_trgm", "extension pg_trgm", "is gone"},
    {"DROP EXTENSION pg_trgm; CREATE EXTENSION pg_trgm VERSION '1.3'", "extension pg_trgm",
     "version is 1.3 instead of 1.6"},
    {"COMMENT ON EXTENSION pg_trgm IS 'x'", "extension pg_trgm", "comment is x"},
    // foreign data
    {"CREATE FOREIGN DATA WRAPPER more", "foreign data wrapper more", "is new"},
    {"GRANT USAGE ON FOREIGN DATA WRAPPER plain TO writer", "foreign data wrapper plain", "writer:USAGE"},
    {"ALTER SERVER far OPTIONS (SET host 'b')", "foreign server far", "options is host=b instead of host=a"},
    {"GRANT USAGE ON FOREIGN SERVER far TO writer", "foreign server far", "writer:USAGE"},
    {"CREATE SERVER near FOREIGN DATA WRAPPER plain", "foreign server near", "is new"},
    {"DROP USER MAPPING FOR reader SERVER far", "user mapping reader at far", "is gone"},
    {"ALTER FOREIGN TABLE distant OPTIONS (ADD kind 'y')", "table public.distant", "kind=y"},
    {"DROP FOREIGN TABLE distant", "table public.distant", "is gone"},
    // settings
    {"ALTER ROLE ALL SET work_mem = '8MB'", "setting all roles everywhere", "is new (work_mem = 8MB)"},
    {"ALTER ROLE reader SET search_path = extra, public", "setting reader everywhere",
     "search_path = extra, public"},
    {"DO $$ BEGIN EXECUTE 'ALTER ROLE writer IN DATABASE ' || quote_ident(current_database()) || ' RESET "
     "ALL'; END $$",
     "setting writer in this database", "is gone (search_path = extra, public)"},
    {"DO $$ BEGIN EXECUTE 'ALTER ROLE writer IN DATABASE ' || quote_ident(current_database()) || ' SET "
     "search_path = public'; END $$",
     "setting writer in this database", "search_path is public instead of extra, public"},
    {"DO $$ BEGIN EXECUTE 'ALTER ROLE writer IN DATABASE ' || quote_ident(current_database()) || ' SET "
     "work_mem = ''8MB'''; END $$",
     "setting writer in this database", "work_mem is 8MB instead of none"},
    // the database, roles
    {"DO $$ BEGIN EXECUTE 'COMMENT ON DATABASE ' || quote_ident(current_database()) || ' IS ''x'''; END $$",
     "database itself", "comment is x"},
    {"DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' CONNECTION LIMIT 7'; END "
     "$$",
     "database itself", "connection limit is 7"},
    {"DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' OWNER TO writer'; END $$",
     "database itself", "owner is writer"},
    {"ALTER ROLE writer VALID UNTIL '2030-01-01'", "role writer", "valid until"},
    {"ALTER ROLE writer BYPASSRLS", "role writer", "bypasses row security is true"},
    {"GRANT reader TO writer WITH ADMIN OPTION", "role writer", "member of is reader*"},
    // default privileges
    {"ALTER DEFAULT PRIVILEGES FOR ROLE writer REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
     "default privileges writer in all schemas for functions", "is new"},
    {"ALTER DEFAULT PRIVILEGES IN SCHEMA extra GRANT INSERT ON TABLES TO reader",
     "default privileges postgres in extra for tables", "reader:INSERT"},
    // publications and subscriptions
    {"CREATE PUBLICATION everything FOR ALL TABLES", "publication everything", "is new"},
    {"ALTER PUBLICATION changes ADD TABLES IN SCHEMA extra", "publication changes", "schemas is extra"},
    {"ALTER PUBLICATION changes SET TABLE customers (id, email), orders WHERE (id > 10)",
     "publication changes", "tables is public.customers (id, email)"},
    {"ALTER PUBLICATION changes SET (publish_via_partition_root = true)", "publication changes",
     "via root is true"},
    {"ALTER PUBLICATION changes OWNER TO writer", "publication changes", "owner is writer"},
    {"CREATE SUBSCRIPTION taken CONNECTION 'dbname=none' PUBLICATION p WITH (connect = false, slot_name = "
     "NONE)",
     "subscription taken", "is new"},
    // event triggers, aggregates, types, collations, statistics
    {"ALTER EVENT TRIGGER watching DISABLE", "event trigger watching", "fires is never (disabled)"},
    {"DROP EVENT TRIGGER watching", "event trigger watching", "is gone"},
    {"DROP EVENT TRIGGER watching; CREATE EVENT TRIGGER watching ON ddl_command_end WHEN TAG IN ('DROP "
     "TABLE') EXECUTE FUNCTION on_event()",
     "event trigger watching", "tags"},
    {"DROP AGGREGATE product (numeric); CREATE AGGREGATE product (numeric) (sfunc = numeric_mul, stype = "
     "numeric, initcond = '1', parallel = safe)",
     "function public.product(numeric)", "aggregate options"},
    {"DROP COLLATION german", "collation public.german", "is gone"},
    {"ALTER COLLATION german OWNER TO writer", "collation public.german", "owner"},
    {"CREATE TYPE textrange AS RANGE (subtype = text, collation = \"C\")", "type public.textrange", "is new"},
    {"CREATE TEXT SEARCH DICTIONARY more (template = simple)", "text search dictionary public.more",
     "is new"},
    {"ALTER STATISTICS order_statistics SET STATISTICS 50", "extended statistics public.order_statistics",
     "target is 50"},
    {"CREATE OPERATOR CLASS backwards FOR TYPE int4 USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(int4)",
     "operator class public.backwards using hash", "is new"},
    {"ALTER TABLE measures DETACH PARTITION measures_old; ALTER TABLE measures ATTACH PARTITION measures_old "
     "DEFAULT",
     "table public.measures_old", "partition bound is DEFAULT instead of FOR VALUES FROM"},
};

}  // namespace

std::vector<Mutation> server_mutations() {
  std::vector<Mutation> all;
  for (auto const& change : changes) all.push_back({change.sql, "fingerprint", change.object, change.said});
  return all;
}

}  // namespace pgdrill::test
