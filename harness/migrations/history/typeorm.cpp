// TypeORM: migrations(id, timestamp, name); the name is the class, which ends in the 13 digits of its time.
// https://github.com/typeorm/typeorm/blob/master/src/migration/MigrationExecutor.ts
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  return History{
      .runs = read_applied(transaction,
                           fmt::format("SELECT name, name, NULL, NULL FROM {} ORDER BY id", table.quoted()))};
}

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

/// "AddTotal1700000000000": ends in 13 digits.
bool ends_in_time(std::string_view name) {
  constexpr std::size_t digits = 13;
  if (name.size() < digits) return false;
  return std::ranges::all_of(name.substr(name.size() - digits), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  constexpr std::string_view keyword = "class ";
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    std::string_view const file = source.file_name();
    if (file.ends_with(".d.ts") || !(file.ends_with(".ts") || file.ends_with(".js"))) continue;
    std::string_view const text = source.content;
    for (auto at = text.find(keyword); at != std::string_view::npos; at = text.find(keyword, at)) {
      at += keyword.size();
      auto const end = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_name);
      std::string const name(text.begin() + static_cast<std::ptrdiff_t>(at), end);
      if (ends_in_time(name)) found.push_back({.version = name, .name = name, .path = source.path});
    }
  }
  return found;
}

Tool describe() {
  return {.name = "typeorm",
          .title = "TypeORM",
          .signatures = {{{{"id", "int4"}, {"timestamp", "int8"}, {"name", "text"}}, true}},
          .rows_look_like = "name ~ '[0-9]{13}$'",
          .usual_name = "migrations",
          .order = Order::graph,
          .read = &read,
          .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
