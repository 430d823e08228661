// Umzug, as Sequelize uses it: "SequelizeMeta" with the column `name` alone.
// https://github.com/sequelize/umzug/blob/main/src/storage/sequelize.ts
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  // The version is the file's name without extension, since compiled files are recorded as .js.
  return History{
      .runs = read_applied(transaction,
                           fmt::format("SELECT regexp_replace(name, '\\.[a-z]+$', ''), name, NULL, NULL FROM "
                                       "{} ORDER BY name COLLATE \"C\"",
                                       table.quoted()))};
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    std::string_view const name = source.file_name();
    auto const dot = name.rfind('.');
    if (dot == std::string_view::npos || name.ends_with(".d.ts")) continue;
    std::string_view const extension = name.substr(dot + 1);
    std::vector<std::string_view> const known = {"js", "ts", "cjs", "mjs", "sql"};
    if (std::ranges::find(known, extension) == known.end()) continue;
    if (name.front() < '0' || name.front() > '9') continue;
    found.push_back(
        {.version = std::string(name.substr(0, dot)), .name = std::string(name), .path = source.path});
  }
  return found;
}

Tool describe() {
  return {.name = "umzug",
          .title = "Umzug (Sequelize)",
          .signatures = {{{{"name", "text"}}, true}},
          .rows_look_like = "name ~ '^[0-9].*\\.(js|ts|cjs|mjs|sql)$'",
          .usual_name = "SequelizeMeta",
          .order = Order::text,
          .out_of_order_is_usual = true,
          .read = &read,
          .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
