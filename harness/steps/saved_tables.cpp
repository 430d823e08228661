#include "harness/steps/saved_tables.hpp"

#include "harness/base/text.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::steps {

namespace {

/// For one table. What gives up earlier leaves psql at work in the pod.
constexpr Duration longest_copy = std::chrono::minutes(10);

std::string qualified(Table const& table) {
  return postgres::quote_identifier(table.schema) + "." + postgres::quote_identifier(table.name);
}

/// A name that is too long for PostgreSQL would be cut, and two could become one.
constexpr std::size_t longest_name = 63;

std::string copy_name(Table const& table) {
  std::string name = "saved " + table.text();
  if (name.size() <= longest_name) return name;
  name.resize(longest_name - 17);
  while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0x80U) != 0) name.pop_back();
  return name + " " + std::to_string(std::hash<std::string>()(table.text())).substr(0, 16);
}

std::string copy_of(std::string const& name) { return "pgdrill." + postgres::quote_identifier(name); }

std::string columns_of(std::string_view relation) {
  return "(SELECT array_agg(attname || ' ' || format_type(atttypid, atttypmod) ORDER BY attnum) FROM "
         "pg_attribute WHERE attrelid = " +
         std::string(relation) + " AND attnum > 0 AND NOT attisdropped)";
}

Result<json::array> parse_array(std::string const& answer) {
  TRY(json::value value, parse_json(answer, "list of tables"));
  if (value.is_array()) return std::move(value.get_array());
  return fail({.kind = ErrorKind::invalid, .what = "cannot read the list of tables", .why = answer});
}

/// Rows with their number, as text: equal for equal multisets of rows.
std::string counted(std::string const& relation) {
  return "SELECT ROW(r.*)::text, count(*) FROM ONLY " + relation + " r GROUP BY 1";
}

Error cannot_restore(SavedTable const& saved, std::string why) {
  return {.kind = ErrorKind::conflict,
          .what = "cannot put back the rows of a table",
          .where = "table " + saved.original.text(),
          .why = std::move(why),
          .todo = "put the table's definition right and repeat the clean-up, or drop " + copy_of(saved.copy)};
}

}  // namespace

std::string list_tables_sql() {
  return "SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname) "
         "ORDER BY n.nspname, c.relname), '[]') FROM pg_class c JOIN pg_namespace n ON n.oid = "
         "c.relnamespace "
         "WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' "
         "AND n.nspname NOT IN ('information_schema', 'pgdrill') "
         "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid "
         "AND d.deptype = 'e')";
}

Result<std::vector<Table>> parse_tables(std::string const& answer) {
  TRY(json::array const rows, parse_array(answer));
  std::vector<Table> tables;
  for (json::value const& row : rows) {
    tables.push_back({.schema = get_string(row, "schema"), .name = get_string(row, "name")});
  }
  return tables;
}

std::string save_table_sql(Table const& table) {
  std::string const copy = copy_of(copy_name(table));
  std::string const comment = canonical(json::object{{"schema", table.schema}, {"name", table.name}});
  return "SET client_min_messages = warning; CREATE TABLE IF NOT EXISTS " + copy + " AS SELECT * FROM ONLY " +
         qualified(table) + "; COMMENT ON TABLE " + copy + " IS " + postgres::quote_literal(comment);
}

std::string list_saved_sql() {
  return "SELECT coalesce(json_agg(json_build_object('copy', s.relname, 'schema', d.d->>'schema', 'name', "
         "d.d->>'name', 'exists', o.oid IS NOT NULL, 'same', " +
         columns_of("s.oid") + " IS NOT DISTINCT FROM " + columns_of("o.oid") +
         ", 'columns', (SELECT json_agg(attname ORDER BY attnum) FROM pg_attribute WHERE attrelid = o.oid "
         "AND attnum > 0 AND NOT attisdropped AND attgenerated = '')) ORDER BY s.relname), '[]') "
         "FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace "
         "CROSS JOIN LATERAL (SELECT obj_description(s.oid, 'pg_class')::json AS d) d "
         "LEFT JOIN (pg_class o JOIN pg_namespace m ON m.oid = o.relnamespace) "
         "ON m.nspname = d.d->>'schema' AND o.relname = d.d->>'name' AND o.relkind = 'r' "
         "WHERE n.nspname = 'pgdrill' AND s.relkind = 'r' AND s.relname LIKE 'saved %'";
}

Result<std::vector<SavedTable>> parse_saved(std::string const& answer) {
  TRY(json::array const rows, parse_array(answer));
  std::vector<SavedTable> tables;
  for (json::value const& row : rows) {
    SavedTable saved{.copy = get_string(row, "copy"),
                     .original = {.schema = get_string(row, "schema"), .name = get_string(row, "name")},
                     .exists = get_bool(row, "exists"),
                     .same_columns = get_bool(row, "same"),
                     .columns = {}};
    json::value const* const columns = find(row, "columns");
    if (columns != nullptr && columns->is_array()) {
      for (json::value const& column : columns->get_array()) {
        saved.columns.push_back(postgres::quote_identifier(std::string(column.as_string())));
      }
    }
    tables.push_back(std::move(saved));
  }
  return tables;
}

Result<std::string> restore_table_sql(SavedTable const& saved) {
  if (!saved.exists) return fail(cannot_restore(saved, "the table is gone"));
  if (!saved.same_columns) return fail(cannot_restore(saved, "its columns are not those that it had"));
  std::string const original = qualified(saved.original);
  std::string const copy = copy_of(saved.copy);
  std::string const columns = join(saved.columns, ", ");
  // A table may have nothing but generated columns, or none at all: then there is nothing to put back.
  std::string const insert = columns.empty() ? ""
                                             : "DELETE FROM ONLY " + original + "; INSERT INTO " + original +
                                                   " (" + columns + ") OVERRIDING SYSTEM VALUE SELECT " +
                                                   columns + " FROM " + copy + "; ";
  std::string const differs = "EXISTS ((" + counted(original) + ") EXCEPT (" + counted(copy) +
                              ")) OR EXISTS ((" + counted(copy) + ") EXCEPT (" + counted(original) + "))";
  std::string const body = "BEGIN IF " + differs + " THEN " + insert + "NULL; END IF; END";
  return "BEGIN; SET LOCAL client_min_messages = warning; SET LOCAL lock_timeout = '10s'; "
         "SET LOCAL session_replication_role = replica; LOCK TABLE ONLY " +
         original + " IN SHARE ROW EXCLUSIVE MODE; DO " + postgres::quote_literal(body) + "; DROP TABLE " +
         copy + "; COMMIT";
}

Task<Result<int>> save_tables(cnpg::DatabaseAccess& databases, std::string cluster, std::string database) {
  CO_TRY(std::string const answer, co_await databases.superuser(cluster, database, list_tables_sql()));
  CO_TRY(std::vector<Table> const tables, parse_tables(answer));
  for (Table const& table : tables) {
    Result<std::string> const saved =
        co_await databases.superuser(cluster, database, save_table_sql(table), longest_copy);
    if (saved) continue;
    Error error = saved.error();
    error.what = "cannot save table " + table.text() + ": " + error.what;
    co_return fail(std::move(error));
  }
  co_return static_cast<int>(tables.size());
}

Task<Result<>> restore_tables(cnpg::DatabaseAccess& databases, std::string cluster, std::string database) {
  CO_TRY(std::string const answer, co_await databases.superuser(cluster, database, list_saved_sql()));
  CO_TRY(std::vector<SavedTable> const tables, parse_saved(answer));
  Result<> all;
  for (SavedTable const& saved : tables) {
    Result<std::string> const sql = restore_table_sql(saved);
    Result<std::string> done = sql;
    if (sql) done = co_await databases.superuser(cluster, database, *sql, longest_copy);
    if (!done && all) {
      Error error = done.error();
      if (sql) error.what = "cannot put back table " + saved.original.text() + ": " + error.what;
      all = fail(std::move(error));
    }
  }
  co_return all;
}

}  // namespace pgdrill::steps
