// tern: one row, one column. https://github.com/jackc/tern/blob/master/migrate/migrate.go
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  return History{.runs = read_applied(
                     transaction, fmt::format("SELECT version, NULL, NULL, NULL FROM {} WHERE version > 0",
                                              table.quoted()))};
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  return numbered_files(sources, {"sql"});
}

std::vector<std::string> lock_keys(std::string_view, Table const&) {
  return {advisory_key(9628173550095224)};
}

Tool describe() {
  return {.name = "tern",
          .title = "tern",
          .signatures = {{{{"version", "int4"}}, true}},
          .rows_look_like = "version >= 0 AND version < 1000000",
          .usual_name = "schema_version",
          .order = Order::number,
          .read = &read,
          .files = &files,
          .complete = &complete_up_to_version,
          .lock_keys = &lock_keys};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
