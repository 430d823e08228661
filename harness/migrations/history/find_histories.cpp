#include "harness/migrations/history/find_histories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

namespace pgdrill::migrations {

namespace {

/// Enough rows to tell a history from a user's table of one column.
constexpr int sample_rows = 1000;

bool columns_match(Tool const& tool, Table const& table, std::vector<Table> const& tables) {
  bool const matches = std::ranges::any_of(
      tool.signatures, [&](Signature const& signature) { return signature.matches(table); });
  return matches && (tool.also == nullptr || tool.also(table, tables));
}

/// By what a table was told to be a tool's.
enum class ToldBy { nothing, columns, rows, name };

/// Columns that many tables have are not enough: the rows must look so, too. An empty table shows nothing,
/// there the usual name stands in.
ToldBy told_by(pqxx::transaction_base& transaction, Tool const& tool, Table const& table) {
  if (tool.rows_look_like.empty()) return ToldBy::columns;
  if (!table.readable) return ToldBy::nothing;
  auto const answer =
      transaction.exec(fmt::format("SELECT count(*), coalesce(bool_and({}), false) FROM (SELECT * FROM {} "
                                   "LIMIT {}) AS sample",
                                   tool.rows_look_like, table.quoted(), sample_rows));
  bool const empty = answer[0][0].as<std::int64_t>() == 0;
  if (empty) return table.name == tool.usual_name ? ToldBy::name : ToldBy::nothing;
  return answer[0][1].as<bool>() ? ToldBy::rows : ToldBy::nothing;
}

/// Other tools, and applications, have tables of this name.
Finding guessed(Tool const& tool, Table const& table) {
  return {.severity = Severity::note,
          .kind = "guessed-history",
          .object = "table " + table.text(),
          .message = fmt::format("is empty and has columns that many tables have: a guess by its name alone "
                                 "that it is the history of {}",
                                 tool.title)};
}

Finding unreadable(Tool const& tool, Table const& table) {
  return {.severity = Severity::warning,
          .kind = "unreadable-history",
          .object = "table " + table.text(),
          .message = fmt::format("has the columns of {}, but may not be read", tool.title),
          .finish = {{},
                     fmt::format("audit as its owner, or: GRANT SELECT ON {} TO the role of the audit",
                                 table.quoted())}};
}

/// A table whose name speaks of migrations and whose columns are no tool's: said, so that nobody takes
/// silence for an empty history.
bool name_speaks_of_migrations(Table const& table) {
  std::string name = table.name;
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (std::string_view const word : {"migration", "schema_version", "schema_history", "changelog"}) {
    if (name.find(word) != std::string::npos && name.find("lock") == std::string::npos) return true;
  }
  return false;
}

Finding unknown(Table const& table) {
  std::string columns;
  for (Column const& column : table.columns)
    columns += (columns.empty() ? "" : ", ") + column.name + " " + column.type;
  return {.severity = Severity::note,
          .kind = "unknown-history",
          .object = "table " + table.text(),
          .message = "has the name of a migration history, but the columns of no known tool: " + columns};
}

bool beside_a_history(Table const& table, std::vector<FoundHistory> const& found) {
  return std::ranges::any_of(
      found, [&](FoundHistory const& one) { return belongs_to(*one.tool, one.table, table); });
}

}  // namespace

Result<Histories> find_histories(pqxx::transaction_base& transaction, std::vector<Table> const& tables) {
  Histories result;
  std::vector<Table const*> untold;
  for (Table const& table : tables) {
    Tool const* told = nullptr;
    ToldBy by = ToldBy::nothing;
    for (Tool const& tool : tools()) {
      if (told != nullptr || !columns_match(tool, table, tables)) continue;
      by = told_by(transaction, tool, table);
      if (by != ToldBy::nothing) told = &tool;
    }
    if (told == nullptr) {
      if (name_speaks_of_migrations(table)) untold.push_back(&table);
    } else if (!table.readable) {
      result.findings.push_back(unreadable(*told, table));
    } else {
      if (by == ToldBy::name) result.findings.push_back(guessed(*told, table));
      TRY(History history, told->read(transaction, table, tables));
      history.tool = told->name;
      history.table = table.text();
      history.quoted_table = table.quoted();
      result.found.push_back({told, table, std::move(history)});
    }
  }
  for (Table const* table : untold) {
    if (!beside_a_history(*table, result.found)) result.findings.push_back(unknown(*table));
  }
  return result;
}

}  // namespace pgdrill::migrations
