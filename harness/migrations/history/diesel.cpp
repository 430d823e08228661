// Diesel: __diesel_schema_migrations; the version is the folder's prefix without its dashes.
// https://github.com/diesel-rs/diesel/blob/master/diesel_migrations/src/file_based_migrations.rs
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  return History{
      .runs = read_applied(transaction,
                           fmt::format("SELECT version, NULL, date_trunc('second', run_on), NULL FROM {} "
                                       "ORDER BY version COLLATE \"C\"",
                                       table.quoted()))};
}

/// "2024-01-01-000000_add_total/up.sql".
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    if (source.file_name() != "up.sql" || source.folder().empty()) continue;
    std::string_view folder = source.folder();
    if (auto const slash = folder.rfind('/'); slash != std::string_view::npos)
      folder.remove_prefix(slash + 1);
    auto const underscore = folder.find('_');
    std::string version(folder.substr(0, underscore));
    std::erase(version, '-');
    if (!version.empty())
      found.push_back({.version = version, .name = std::string(folder), .path = source.path});
  }
  return found;
}

Tool describe() {
  return {.name = "diesel",
          .title = "Diesel",
          .signatures = {{{{"version", "text"}, {"run_on", "time"}}, true}},
          .order = Order::text,
          .out_of_order_is_usual = true,
          .read = &read,
          .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
