#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/base/text.hpp"
#include "probes/digest_snapshot.hpp"
#include "probes/packing.hpp"

namespace pgdrill::probes {

namespace {

struct Column {
  std::string name;
  std::string type;
};

struct Table {
  std::string schema;
  std::string name;
  std::vector<Column> columns;
  std::vector<std::string> key;
  [[nodiscard]] std::string identity() const { return schema + "." + name; }
};

constexpr char const* tables_sql = R"(
SELECT n.nspname, c.relname,
       (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attname)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       (SELECT json_agg(a.attname ORDER BY k.position)
        FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position), pg_attribute a
        WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND (c.relkind <> 'm' OR c.relispopulated)
  AND n.nspname NOT IN ('pgdrill', 'information_schema') AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2)";

std::string text_of(pqxx::field const& field) {
  return field.is_null() ? std::string() : std::string(field.c_str());
}

Result<std::vector<Table>> read_tables(pqxx::transaction_base& transaction) {
  std::vector<Table> tables;
  for (auto const& row : transaction.exec(tables_sql)) {
    Table table{.schema = text_of(row[0]), .name = text_of(row[1])};
    TRY(json::value const columns, parse_json(row[2].is_null() ? "[]" : row[2].c_str()));
    for (auto const& column : columns.as_array()) {
      table.columns.push_back({std::string(column.at(0).as_string()), std::string(column.at(1).as_string())});
    }
    TRY(json::value const key, parse_json(row[3].is_null() ? "[]" : row[3].c_str()));
    for (auto const& name : key.as_array()) table.key.emplace_back(name.as_string());
    tables.push_back(std::move(table));
  }
  return tables;
}

/// ROW("a"::text, "b"::text)::text: the canonical text of some columns of a row.
std::string record_text(std::vector<std::string> const& names) {
  std::vector<std::string> parts;
  for (auto const& name : names) parts.push_back(postgres::quote_identifier(name) + "::text");
  return "ROW(" + join(parts, ", ") + ")::text";
}

std::vector<std::string> names_of(Table const& table) {
  std::vector<std::string> names;
  for (auto const& column : table.columns) names.push_back(column.name);
  return names;
}

std::string from_clause(Table const& table) {
  return " FROM ONLY " + postgres::quote_identifier(table.schema) + "." +
         postgres::quote_identifier(table.name);
}

/// Adding the hash of each row's text.
std::string hash_sum(std::string const& text, int seed) {
  return fmt::format("coalesce(sum(hashtextextended({}, {})), 0)::text", text, seed);
}

json::object digest_table(pqxx::transaction_base& transaction, Table const& table, bool details) {
  auto const names = names_of(table);
  std::string sql =
      "SELECT count(*), " + hash_sum(record_text(names), 1) + ", " + hash_sum(record_text(names), 2);
  for (auto const& column : table.columns) {
    if (!details) break;
    // With the key beside it, a column whose values changed places has another digest too.
    auto with_key = table.key;
    with_key.push_back(column.name);
    sql += ", " + hash_sum(record_text(with_key), 3);
  }
  auto const row = transaction.exec1(sql + from_clause(table));
  json::object columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    json::object column = {{"type", table.columns[i].type}};
    if (details) column["digest"] = text_of(row[static_cast<int>(i) + 3]);
    columns[table.columns[i].name] = std::move(column);
  }
  return {{"columns", std::move(columns)},
          {"key", json::value_from(table.key)},
          {"count", row[0].as<std::int64_t>()},
          {"digest", text_of(row[1]) + ":" + text_of(row[2])}};
}

/// A row's key for people, in one line: "id=7", or "order_id=7, position=1".
std::string label_expression(Table const& table) {
  std::vector<std::string> parts;
  for (auto const& name : table.key) {
    parts.push_back(postgres::quote_literal(name + "=") + " || replace(" + postgres::quote_identifier(name) +
                    "::text, chr(10), '\\n')");
  }
  return join(parts, " || ', ' || ");
}

void add_parts(pqxx::transaction_base& transaction, Table const& table, json::object& into) {
  bool const buckets = into.at("count").as_int64() > row_limit;
  if (table.key.empty() && buckets) {
    into["parts"] = "none";
    return;
  }
  std::string const row_hash = "hashtextextended(" + record_text(names_of(table)) + ", 1)";
  std::string sql;
  if (buckets) {
    sql = fmt::format(
              "SELECT 'bucket ' || (hashtextextended({}, 4) & {}), (sum({}) % 4294967296 + 4294967296) % "
              "4294967296",
              record_text(table.key), bucket_count - 1, row_hash) +
          from_clause(table) + " GROUP BY 1 ORDER BY 1";
  } else {
    std::string const label = table.key.empty() ? "''" : label_expression(table);
    sql = "SELECT " + label + ", " + row_hash + " & 4294967295" + from_clause(table) + " ORDER BY " +
          (table.key.empty() ? "2" : record_text(table.key) + " COLLATE \"C\"");
  }
  std::vector<std::string> labels;
  std::vector<std::uint32_t> hashes;
  for (auto const& row : transaction.exec(sql)) {
    labels.push_back(text_of(row[0]));
    hashes.push_back(static_cast<std::uint32_t>(std::strtoull(row[1].c_str(), nullptr, 10)));
  }
  into["parts"] = buckets ? "buckets" : "rows";
  into["labels"] = pack_labels(labels);
  into["hashes"] = pack_hashes(hashes);
}

Result<> capture_into(pqxx::transaction_base& transaction, bool details, json::object& snapshot) {
  // A policy that hides rows must be an error, not a smaller table.
  transaction.exec("SET LOCAL row_security = off");
  TRY(auto const tables, read_tables(transaction));
  json::object all;
  for (auto const& table : tables) {
    json::object digest = digest_table(transaction, table, details);
    if (details) add_parts(transaction, table, digest);
    all[table.identity()] = std::move(digest);
  }
  snapshot = {{"algorithm", "record-text-2x64-v1"}, {"tables", std::move(all)}};
  return {};
}

}  // namespace

Task<Result<json::object>> capture_digest(postgres::ConnectionParameters database, bool details,
                                          Duration limit) {
  json::object snapshot;
  std::function<Result<>(pqxx::transaction_base&)> work = [&snapshot,
                                                           details](pqxx::transaction_base& transaction) {
    return capture_into(transaction, details, snapshot);
  };
  CO_TRY_VOID(co_await postgres::in_transaction(std::move(database), limit, false, std::move(work)));
  co_return snapshot;
}

}  // namespace pgdrill::probes
