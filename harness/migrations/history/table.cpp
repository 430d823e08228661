#include "harness/migrations/history/table.hpp"

#include <algorithm>
#include <map>
#include <pqxx/pqxx>

#include "harness/migrations/history/finding.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::migrations {

namespace {

std::map<std::string, std::vector<std::string>, std::less<>> const type_classes = {
    {"text", {"text", "varchar", "bpchar"}},
    {"integer", {"int2", "int4", "int8"}},
    {"boolean", {"bool"}},
    {"time", {"timestamp", "timestamptz"}},
    {"json", {"json", "jsonb"}},
    {"number", {"int2", "int4", "int8", "numeric", "float4", "float8"}}};

bool type_matches(std::string const& pattern, std::string const& type) {
  auto const found = type_classes.find(pattern);
  if (found == type_classes.end()) return pattern == type;
  return std::ranges::find(found->second, type) != found->second.end();
}

constexpr char const* tables_query = R"(
SELECT n.nspname, c.relname, has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'), a.attname, t.typname
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname, a.attnum)";

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::problem:
      return "problem";
    case Severity::warning:
      return "warning";
    case Severity::note:
      break;
  }
  return "note";
}

std::string Table::quoted() const {
  return postgres::quote_identifier(schema) + "." + postgres::quote_identifier(name);
}

Column const* Table::column(std::string_view column_name) const {
  auto const found = std::ranges::find(columns, column_name, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

bool Signature::matches(Table const& table) const {
  if (exact && table.columns.size() != columns.size()) return false;
  return std::ranges::all_of(columns, [&](ColumnPattern const& pattern) {
    Column const* const column = table.column(pattern.name);
    return column != nullptr && type_matches(pattern.type, column->type);
  });
}

Result<std::vector<Table>> read_tables(pqxx::transaction_base& transaction) {
  std::vector<Table> tables;
  for (auto const& row : transaction.exec(tables_query)) {
    std::string schema = row[0].c_str();
    std::string name = row[1].c_str();
    if (tables.empty() || tables.back().schema != schema || tables.back().name != name) {
      tables.push_back({.schema = std::move(schema), .name = std::move(name), .readable = row[2].as<bool>()});
    }
    if (!row[3].is_null()) tables.back().columns.push_back({row[3].c_str(), row[4].c_str()});
  }
  return tables;
}

Table const* find_table(std::vector<Table> const& tables, std::string_view schema,
                        Signature const& signature) {
  auto const found = std::ranges::find_if(
      tables, [&](Table const& table) { return table.schema == schema && signature.matches(table); });
  return found == tables.end() ? nullptr : &*found;
}

}  // namespace pgdrill::migrations
