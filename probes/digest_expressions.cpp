#include "probes/digest_expressions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/base/json.hpp"
#include "harness/base/text.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::probes {

namespace {

constexpr char const* tables_sql = R"(
SELECT n.nspname, c.relname,
       (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod),
                          CASE WHEN t.typtype = 'b' AND t.typnamespace = 'pg_catalog'::regnamespace THEN t.typname ELSE '' END) ORDER BY a.attname)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       (SELECT json_agg(a.attname ORDER BY k.position)
        FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position), pg_attribute a
        WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.attnum),
       coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::bigint,
       (SELECT m.amname = 'heap' FROM pg_am m WHERE m.oid = c.relam)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND (c.relkind <> 'm' OR c.relispopulated)
  AND n.nspname NOT IN ('pgdrill', 'information_schema') AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2)";

}  // namespace

Result<std::vector<DigestTable>> read_digest_tables(pqxx::transaction_base& transaction) {
  std::vector<DigestTable> tables;
  for (auto const& row : transaction.exec(tables_sql)) {
    DigestTable table{.schema = row[0].c_str(), .name = row[1].c_str()};
    TRY(json::value const columns, parse_json(row[2].is_null() ? "[]" : row[2].c_str()));
    for (auto const& column : columns.as_array()) {
      table.columns.push_back({std::string(column.at(0).as_string()), std::string(column.at(1).as_string()),
                               std::string(column.at(2).as_string())});
    }
    TRY(json::value const key, parse_json(row[3].is_null() ? "[]" : row[3].c_str()));
    for (auto const& name : key.as_array()) table.key.emplace_back(name.as_string());
    table.blocks = row[4].as<std::int64_t>();
    table.ranges = !row[5].is_null() && row[5].as<bool>();
    tables.push_back(std::move(table));
  }
  return tables;
}

std::vector<DigestColumn> key_columns(DigestTable const& table) {
  if (table.key.empty()) return table.columns;
  std::vector<DigestColumn> result;
  for (auto const& name : table.key) {
    auto const found = std::ranges::find(table.columns, name, &DigestColumn::name);
    if (found != table.columns.end()) result.push_back(*found);
  }
  return result;
}

std::string from_clause(DigestTable const& table) {
  return " FROM ONLY " + postgres::quote_identifier(table.schema) + "." +
         postgres::quote_identifier(table.name);
}

std::string label_expression(DigestTable const& table) {
  std::vector<std::string> parts;
  for (auto const& name : table.key) {
    parts.push_back(postgres::quote_literal(name + "=") + " || replace(" + postgres::quote_identifier(name) +
                    "::text, chr(10), '\\n')");
  }
  return parts.empty() ? "''" : join(parts, " || ', ' || ");
}

}  // namespace pgdrill::probes
