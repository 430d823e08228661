// graphile-migrate: graphile_migrate.migrations, a chain of hashes.
// https://github.com/graphile/migrate/blob/main/src/migration.ts
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  // The hashes chain file to file; they are shown, not computed.
  return History{
      .runs = read_applied(transaction,
                           fmt::format("SELECT filename, filename, date_trunc('second', date), hash FROM {} "
                                       "ORDER BY filename COLLATE \"C\"",
                                       table.quoted()))};
}

/// "000001.sql" or "000001-title.sql" below committed/.
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    auto const name = parse_numbered_name(source.file_name());
    if (!name || name->extension != "sql" || source.content.find("--! Hash:") == std::string::npos) continue;
    std::string const version(source.file_name());
    found.push_back({.version = version, .name = version, .path = source.path});
  }
  return found;
}

Tool describe() {
  return {
      .name = "graphile-migrate",
      .title = "graphile-migrate",
      .signatures = {{{{"hash", "text"}, {"previous_hash", "text"}, {"filename", "text"}, {"date", "time"}},
                      true}},
      .order = Order::text,
      .read = &read,
      .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
