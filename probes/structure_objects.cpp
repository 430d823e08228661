// Objects that are not what they seem, and what a rollback leaves behind.
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "probes/structure_queries.hpp"

namespace pgdrill::probes {

namespace {

/// A query of (object, what, mend or NULL); each row is a fault.
struct CatalogueFault {
  char const* check;
  char const* sql;
};

void collect(pqxx::transaction_base& transaction, CatalogueFault const& fault, StructureReading& into) {
  for (auto const& row : transaction.exec(fault.sql)) {
    into.faults.push_back({.check = fault.check,
                           .object = row[0].c_str(),
                           .what = row[1].c_str(),
                           .mend = row[2].is_null() ? "" : row[2].c_str()});
  }
}

constexpr CatalogueFault unfinished[] = {
    {"index invalid", R"(
SELECT 'index ' || i.indexrelid::regclass, CASE WHEN NOT i.indisvalid THEN 'it is not used by queries' WHEN NOT i.indisready THEN 'it is not kept up to date' ELSE 'it is being dropped' END,
  CASE WHEN c.relkind = 'i' THEN 'REINDEX INDEX CONCURRENTLY ' || i.indexrelid::regclass END
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND n.nspname <> 'pgdrill' AND n.nspname !~ '^pg_t' ORDER BY 1)"},
    {"constraint not validated", R"(
SELECT 'constraint ' || coalesce(nullif(k.conrelid, 0)::regclass::text, nullif(k.contypid, 0)::regtype::text) || '.' || quote_ident(k.conname), 'old rows were never checked: ' || pg_get_constraintdef(k.oid),
  format('ALTER %s %s VALIDATE CONSTRAINT %I', CASE k.conrelid WHEN 0 THEN 'DOMAIN' ELSE 'TABLE' END, coalesce(nullif(k.conrelid, 0)::regclass::text, nullif(k.contypid, 0)::regtype::text), k.conname)
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE NOT k.convalidated AND n.nspname <> 'pgdrill' ORDER BY 1)"},
    {"trigger disabled", R"(
SELECT 'trigger ' || t.tgrelid::regclass || '.' || CASE WHEN t.tgisinternal THEN coalesce((SELECT quote_ident(k.conname) FROM pg_constraint k WHERE k.oid = t.tgconstraint) || ' (foreign key) ' || t.tgfoid::regproc, 'internal') ELSE quote_ident(t.tgname) END,
  'it does not fire', format('ALTER TABLE %s ENABLE TRIGGER %s', t.tgrelid::regclass, CASE WHEN t.tgisinternal THEN 'ALL' ELSE quote_ident(t.tgname) END)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgenabled = 'D' AND n.nspname <> 'pgdrill' ORDER BY 1)"},
    {"materialized view empty", R"(
SELECT 'materialized view ' || c.oid::regclass, 'it was never populated', 'REFRESH MATERIALIZED VIEW ' || c.oid::regclass
FROM pg_class c WHERE c.relkind = 'm' AND NOT c.relispopulated ORDER BY 1)"},
    {"partition half detached", R"(
SELECT 'table ' || i.inhrelid::regclass, 'its detaching from ' || i.inhparent::regclass || ' did not end', format('ALTER TABLE %s DETACH PARTITION %s FINALIZE', i.inhparent::regclass, i.inhrelid::regclass)
FROM pg_inherits i WHERE i.inhdetachpending ORDER BY 1)"},
    {"collation changed", R"(
SELECT 'collation ' || c.oid::regcollation, 'version is ' || coalesce(pg_collation_actual_version(c.oid), 'none') || ', indexes were built with ' || c.collversion, 'REINDEX what depends on it; ALTER COLLATION ' || c.oid::regcollation || ' REFRESH VERSION'
FROM pg_collation c WHERE c.collversion IS DISTINCT FROM pg_collation_actual_version(c.oid) AND c.collversion IS NOT NULL
  AND EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_collation'::regclass AND d.refobjid = c.oid) ORDER BY 1)"},
};

/// Session-level advisory locks are what migration tools keep each other out with: they outlive a
/// transaction, and behind a pooler also the tool.
constexpr char const* locks_left = R"(
SELECT coalesce(json_agg(json_build_object('check', f.fault, 'object', f.object, 'what', f.what, 'mend', f.mend) ORDER BY f.object, f.what), '[]') FROM (
SELECT CASE l.locktype WHEN 'advisory' THEN 'advisory lock left' ELSE 'lock left' END AS fault,
  CASE l.locktype WHEN 'advisory' THEN format('advisory lock %s/%s/%s', l.classid, l.objid, l.objsubid) ELSE 'relation ' || coalesce((SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = l.relation), l.relation::text) END AS object,
  format('%s held by a session of %s%s that is %s since %s', l.mode, a.usename, coalesce(' (' || nullif(a.application_name, '') || ')', ''), a.state, a.state_change) AS what,
  format('SELECT pg_terminate_backend(%s)', a.pid) AS mend
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND a.pid <> pg_backend_pid()
  AND a.state_change <= clock_timestamp() - interval '{} milliseconds' AND CASE l.locktype
    WHEN 'advisory' THEN a.state LIKE 'idle%'
    WHEN 'relation' THEN a.state LIKE 'idle in transaction%' AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
    ELSE false END) f)";

constexpr char const* advisory_locks = R"(
SELECT DISTINCT format('advisory lock %s/%s/%s', classid, objid, objsubid) FROM pg_locks
WHERE granted AND locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1)";

/// What the role cannot see without being told so.
constexpr char const* unseen = R"(
SELECT '{}: the role is no member of pg_read_all_stats' WHERE NOT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
UNION ALL SELECT 'page checksums: data_checksums is off, damage is seen only where a page cannot be read' WHERE current_setting('data_checksums') = 'off')";

constexpr CatalogueFault leftovers[] = {
    {"prepared transaction left", R"(
SELECT 'prepared transaction ' || gid, 'by ' || owner || ' at ' || prepared || '; it holds its locks', format('ROLLBACK PREPARED %L', gid)
FROM pg_prepared_xacts WHERE database = current_database() ORDER BY 1)"},
    {"replication slot unused", R"(
SELECT 'replication slot ' || slot_name, slot_type || ', inactive; it keeps WAL from ' || coalesce(restart_lsn::text, 'nowhere'), format('SELECT pg_drop_replication_slot(%L)', slot_name)
FROM pg_replication_slots WHERE NOT active AND NOT temporary AND slot_name !~ '^_cnpg_' AND (database IS NULL OR database = current_database()) ORDER BY 1)"},
    {"subscription enabled", R"(
SELECT 'subscription ' || quote_ident(s.subname), 'it takes changes from another server', format('ALTER SUBSCRIPTION %I DISABLE', s.subname)
FROM pg_subscription s WHERE s.subenabled AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1)"},
    {"page checksum failures", R"(
SELECT 'database ' || quote_ident(datname), checksum_failures || ' pages, last at ' || checksum_last_failure, NULL
FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0)"},
};

}  // namespace

Result<> find_unfinished_objects(pqxx::transaction_base& transaction, StructureReading& into) {
  for (auto const& fault : unfinished) collect(transaction, fault, into);
  return {};
}

std::string locks_left_sql(Duration idle_from) {
  return fmt::format(locks_left, std::chrono::duration_cast<std::chrono::milliseconds>(idle_from).count());
}

Result<> add_locks(std::string const& answer, StructureReading& into) {
  TRY(json::value const locks, parse_json(answer, "locks"));
  for (auto const& lock : locks.as_array()) {
    into.faults.push_back({.check = get_string(lock, "check"),
                           .object = get_string(lock, "object"),
                           .what = get_string(lock, "what"),
                           .mend = get_string(lock, "mend")});
  }
  return {};
}

Result<> find_leftovers(pqxx::transaction_base& transaction, StructureReading& into, Duration idle_from) {
  for (auto const& fault : leftovers) collect(transaction, fault, into);
  for (auto const& row : transaction.exec(advisory_locks)) into.held.emplace_back(row[0].c_str());
  for (auto const& row : transaction.exec(fmt::format(unseen, sessions_subject))) {
    into.not_examined.emplace_back(row[0].c_str());
  }
  return add_locks(transaction.exec1(locks_left_sql(idle_from))[0].c_str(), into);
}

namespace {

/// A history table of a migration tool: told by its columns, since several tools use one name.
struct History {
  char const* tool;
  char const* columns;  ///< all of them must be there, sorted
  char const* failed;   ///< select list item and condition of failed or unfinished rows: "... WHERE ..."
};

constexpr History histories[] = {
    {"golang-migrate", "{dirty,version}", "SELECT 'version ' || version || ' is dirty' FROM {} WHERE dirty"},
    {"Flyway", "{checksum,description,installed_rank,script,success}",
     "SELECT 'version ' || coalesce(version, script) || ' failed' FROM {} WHERE NOT success"},
    {"Liquibase", "{id,locked,lockedby,lockgranted}",
     "SELECT 'it is locked by ' || coalesce(lockedby, 'nobody') FROM {} WHERE locked"},
    {"Prisma", "{applied_steps_count,checksum,finished_at,migration_name,rolled_back_at}",
     "SELECT migration_name || ' did not finish' FROM {} WHERE finished_at IS NULL AND rolled_back_at IS "
     "NULL"},
    {"Atlas", "{applied,error,executed_at,hash,total,version}",
     "SELECT 'version ' || version || ' is applied in part' FROM {} WHERE applied < total OR coalesce(error, "
     "'') <> ''"},
    {"sqlx", "{checksum,execution_time,installed_on,success,version}",
     "SELECT 'version ' || version || ' did not finish' FROM {} WHERE NOT success OR execution_time = -1"},
    {"Knex", "{index,is_locked}", "SELECT 'it is locked' FROM {} WHERE is_locked = 1"},
    {"pgroll", "{done,migration,name,parent,schema}",
     "SELECT 'migration ' || name || ' is not complete' FROM {} WHERE NOT done"},
};

}  // namespace

Result<> find_failed_histories(pqxx::transaction_base& transaction, StructureReading& into) {
  for (auto const& history : histories) {
    auto const tables = transaction.exec(
        fmt::format("SELECT format('%I.%I', n.nspname, c.relname), has_table_privilege(c.oid, 'SELECT') FROM "
                    "pg_class c JOIN pg_namespace n ON n.oid = "
                    "c.relnamespace WHERE c.relkind = 'r' AND n.nspname NOT IN ('pgdrill', 'pg_catalog', "
                    "'information_schema') AND "
                    "(SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND "
                    "a.attnum > 0 AND NOT a.attisdropped) @> "
                    "'{}'::text[] AND (c.relname ~ 'migrat|history|revision|lock|schema|version') ORDER BY 1",
                    history.columns));
    for (auto const& table : tables) {
      if (!table[1].as<bool>()) {
        into.not_examined.push_back(fmt::format("history {}: no right to read it", table[0].c_str()));
        continue;
      }
      for (auto const& row : transaction.exec(fmt::format(fmt::runtime(history.failed), table[0].c_str()))) {
        into.faults.push_back({.check = "migration history failed",
                               .object = std::string("table ") + table[0].c_str(),
                               .what = fmt::format("{} ({})", row[0].c_str(), history.tool)});
      }
    }
  }
  return {};
}

}  // namespace pgdrill::probes
