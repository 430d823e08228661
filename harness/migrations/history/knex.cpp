// Knex: knex_migrations, and a lock row that survives a crash.
// https://github.com/knex/knex/blob/master/lib/migrations/migrate/table-creator.js
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Signature const lock_signature{{{"index", "integer"}, {"is_locked", "integer"}}, true};

std::string without_extension(std::string_view name) {
  auto const dot = name.rfind('.');
  return std::string(dot == std::string_view::npos ? name : name.substr(0, dot));
}

Finding locked(Table const& lock) {
  Remedy const release{{fmt::format("UPDATE {} SET is_locked = 0", lock.quoted())},
                       "once no backend runs the migration any more (as: knex migrate:unlock)"};
  return {.severity = Severity::problem,
          .kind = "stale-lock",
          .object = "table " + lock.text(),
          .message =
              "the lock of Knex is taken: a migration runs now, or was killed; the next one refuses to run",
          .finish = release,
          .undo = release};
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table,
                     std::vector<Table> const& tables) {
  History history;
  // Compiled TypeScript is recorded as .js: the version is the name without its extension.
  for (auto const& row : transaction.exec(fmt::format(
           "SELECT name, batch, date_trunc('second', migration_time) FROM {} ORDER BY id", table.quoted()))) {
    history.runs.push_back(
        {.version = without_extension(row[0].c_str()), .name = row[0].c_str(), .at = row[2].c_str()});
  }
  Table const* const lock = find_table(tables, table.schema, lock_signature);
  if (lock != nullptr && lock->readable) {
    auto const rows =
        transaction.exec(fmt::format("SELECT count(*) FROM {} WHERE is_locked <> 0", lock->quoted()));
    if (rows[0][0].as<int>() > 0) history.findings.push_back(locked(*lock));
  }
  return history;
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    std::string_view const name = source.file_name();
    bool const code = std::ranges::any_of(std::vector<std::string_view>{".js", ".ts", ".mjs", ".cjs"},
                                          [&](std::string_view end) { return name.ends_with(end); });
    if (!code || name.ends_with(".d.ts")) continue;
    bool const has_up = source.content.find("up") != std::string::npos;
    bool const numbered = name.front() >= '0' && name.front() <= '9';
    if (has_up && numbered)
      found.push_back({.version = without_extension(name), .name = std::string(name), .path = source.path});
  }
  return found;
}

Tool describe() {
  return {
      .name = "knex",
      .title = "Knex",
      .signatures = {{{{"id", "integer"}, {"name", "text"}, {"batch", "integer"}, {"migration_time", "time"}},
                      true}},
      .beside = {lock_signature},
      .order = Order::text,
      .read = &read,
      .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
