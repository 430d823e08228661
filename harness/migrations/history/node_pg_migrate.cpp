// node-pg-migrate: pgmigrations; a whole run is one transaction by default.
// https://github.com/salsita/node-pg-migrate/blob/main/src/runner.ts
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  return History{.runs = read_applied(
                     transaction,
                     fmt::format("SELECT name, name, date_trunc('second', run_on), NULL FROM {} ORDER BY id",
                                 table.quoted()))};
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  std::vector<std::string> const known = {"sql", "js", "ts", "cjs", "mjs"};
  for (SourceFile const& source : sources) {
    auto const name = parse_numbered_name(source.file_name());
    if (!name || std::ranges::find(known, name->extension) == known.end() || name->direction == "down")
      continue;
    std::string_view whole = source.file_name();
    whole.remove_suffix(name->extension.size() + 1);
    if (name->direction == "up") whole.remove_suffix(3);
    found.push_back({.version = std::string(whole), .name = std::string(whole), .path = source.path});
  }
  return found;
}

std::vector<std::string> lock_keys(std::string_view, Table const&) {
  return {advisory_key(7241865325823964)};
}

Tool describe() {
  return {.name = "node-pg-migrate",
          .title = "node-pg-migrate",
          .signatures = {{{{"id", "int4"}, {"name", "text"}, {"run_on", "time"}}, true}},
          .rows_look_like = "name ~ '^[0-9]+[_-]'",
          .usual_name = "pgmigrations",
          .order = Order::text,
          .read = &read,
          .files = &files,
          .lock_keys = &lock_keys};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
