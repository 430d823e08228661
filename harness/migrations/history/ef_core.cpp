// Entity Framework Core: "__EFMigrationsHistory"; a naming plugin makes the columns snake_case.
// https://learn.microsoft.com/ef/core/managing-schemas/migrations/history-table
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  std::string const id = table.column("MigrationId") != nullptr ? "\"MigrationId\"" : "migration_id";
  return History{
      .runs = read_applied(transaction,
                           fmt::format("SELECT {0}, {0}, NULL, NULL FROM {1} ORDER BY {0} COLLATE \"C\"", id,
                                       table.quoted()))};
}

/// "20240101000000_AddTotal.cs", beside its ".Designer.cs".
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    auto const name = parse_numbered_name(source.file_name());
    if (!name || name->extension != "cs" || name->digits.size() != 14 || name->title.ends_with(".Designer"))
      continue;
    std::string const version = name->digits + "_" + name->title;
    found.push_back({.version = version, .name = version, .path = source.path});
  }
  return found;
}

Tool describe() {
  return {.name = "ef-core",
          .title = "Entity Framework Core",
          .signatures = {{{{"MigrationId", "text"}, {"ProductVersion", "text"}}},
                         {{{"migration_id", "text"}, {"product_version", "text"}}}},
          .order = Order::text,
          .out_of_order_is_usual = true,
          .read = &read,
          .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
