// dbmate: schema_migrations with the column `version` alone, as Rails has it; Rails' table of metadata tells
// them apart. https://github.com/amacneil/dbmate/blob/main/pkg/driver/postgres/postgres.go
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

bool without_rails_metadata(Table const& table, std::vector<Table> const& tables) {
  Signature const metadata{
      {{"key", "text"}, {"value", "text"}, {"created_at", "time"}, {"updated_at", "time"}}, true};
  return find_table(tables, table.schema, metadata) == nullptr;
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  return History{
      .runs = read_applied(
          transaction, fmt::format("SELECT version, NULL, NULL, NULL FROM {} ORDER BY version COLLATE \"C\"",
                                   table.quoted()))};
}

/// The version is the number as it is written.
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    auto const name = parse_numbered_name(source.file_name());
    if (!name || name->extension != "sql" || source.content.find("migrate:up") == std::string::npos) continue;
    found.push_back({.version = name->digits, .name = name->title, .path = source.path});
  }
  return found;
}

Tool describe() {
  return {.name = "dbmate",
          .title = "dbmate",
          .signatures = {{{{"version", "text"}}, true}},
          .rows_look_like = "version ~ '^[0-9]+$'",
          .usual_name = "schema_migrations",
          .also = &without_rails_metadata,
          .order = Order::text,
          .out_of_order_is_usual = true,
          .read = &read,
          .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
