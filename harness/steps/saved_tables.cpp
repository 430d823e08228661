#include "harness/steps/saved_tables.hpp"

namespace pgdrill::steps {

std::string save_tables_sql() {
  return R"(DO $save$
DECLARE
  t record;
BEGIN
  SET LOCAL client_min_messages = warning;
  IF to_regclass('pgdrill.saved_tables') IS NOT NULL THEN
    RETURN;
  END IF;
  CREATE SCHEMA IF NOT EXISTS pgdrill;
  CREATE TABLE pgdrill.saved_tables (copy text PRIMARY KEY, in_schema text NOT NULL, name text NOT NULL);
  FOR t IN
    SELECT c.oid, n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence = 'p'
      AND n.nspname NOT IN ('information_schema', 'pgdrill') AND n.nspname NOT LIKE 'pg\_%'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 2, 3
  LOOP
    EXECUTE format('CREATE TABLE pgdrill.%I AS TABLE %I.%I', 'saved_' || t.oid, t.nspname, t.relname);
    INSERT INTO pgdrill.saved_tables VALUES ('saved_' || t.oid, t.nspname, t.relname);
  END LOOP;
END
$save$)";
}

std::string restore_tables_sql() {
  return R"(DO $restore$
DECLARE
  t record;
  live regclass;
  columns text;
  live_columns text;
  given text;
  differs boolean;
BEGIN
  IF to_regclass('pgdrill.saved_tables') IS NULL THEN
    RETURN;
  END IF;
  SET LOCAL client_min_messages = warning;
  SET LOCAL lock_timeout = '10s';
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT * FROM pgdrill.saved_tables ORDER BY in_schema, name LOOP
    live := to_regclass(format('%I.%I', t.in_schema, t.name));
    IF live IS NULL THEN
      RAISE EXCEPTION 'table %.% is gone', t.in_schema, t.name
        USING HINT = 'run the migration''s down script, then pgdrill cleanup again';
    END IF;
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = format('pgdrill.%I', t.copy)::regclass AND attnum > 0 AND NOT attisdropped;
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
           string_agg(quote_ident(attname), ', ' ORDER BY attnum) FILTER (WHERE attgenerated = '')
    INTO live_columns, given
    FROM pg_attribute WHERE attrelid = live AND attnum > 0 AND NOT attisdropped;
    IF columns IS DISTINCT FROM live_columns THEN
      RAISE EXCEPTION 'table %.% has other columns than before', t.in_schema, t.name
        USING HINT = 'run the migration''s down script, then pgdrill cleanup again';
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT s::text FROM pgdrill.%1$I s EXCEPT ALL SELECT l::text FROM %2$s l) OR '
                   'EXISTS (SELECT l::text FROM %2$s l EXCEPT ALL SELECT s::text FROM pgdrill.%1$I s)', t.copy, live)
    INTO differs;
    IF differs THEN
      EXECUTE format('DELETE FROM %s', live);
      EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM pgdrill.%I', live, given, given, t.copy);
    END IF;
    EXECUTE format('DROP TABLE pgdrill.%I', t.copy);
  END LOOP;
  DROP TABLE pgdrill.saved_tables;
END
$restore$)";
}

}  // namespace pgdrill::steps
