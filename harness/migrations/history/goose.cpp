// goose: goose_db_version, a row per migration that is applied; "down" deletes it (before 3.0 it added a row
// with is_applied = false). https://github.com/pressly/goose/blob/main/internal/dialects/postgres.go
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  History history;
  for (auto const& row : transaction.exec(
           fmt::format("SELECT version_id, is_applied, date_trunc('second', tstamp) FROM {} ORDER BY id",
                       table.quoted()))) {
    std::string const version = row[0].c_str();
    if (version == "0") continue;  // says that the table was made
    history.runs.push_back({.version = version,
                            .state = row[1].as<bool>() ? RunState::applied : RunState::reverted,
                            .at = row[2].c_str()});
  }
  return history;
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found = numbered_files(sources, {"sql", "go"});
  std::erase_if(found, [](MigrationFile const& file) { return file.path.ends_with("_test.go"); });
  return found;
}

Tool describe() {
  return {.name = "goose",
          .title = "goose",
          .signatures =
              {{{{"id", "integer"}, {"version_id", "int8"}, {"is_applied", "boolean"}, {"tstamp", "time"}},
                true}},
          .order = Order::number,
          .read = &read,
          .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
