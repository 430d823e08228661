// Drizzle: drizzle.__drizzle_migrations; a migration is told by its time in meta/_journal.json.
// https://github.com/drizzle-team/drizzle-orm, drizzle-orm/src/migrator.ts
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/json.hpp"
#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  return History{
      .runs = read_applied(transaction,
                           fmt::format("SELECT created_at, NULL, NULL, hash FROM {} ORDER BY created_at, id",
                                       table.quoted()))};
}

void read_journal(SourceFile const& journal, std::vector<SourceFile> const& sources,
                  std::vector<MigrationFile>& into) {
  constexpr std::string_view ending = "meta/_journal.json";
  auto const document = parse_json(journal.content, journal.path);
  if (!document) return;
  json::value const* const entries = find(*document, "entries");
  if (entries == nullptr || !entries->is_array()) return;
  std::string const folder = journal.path.substr(0, journal.path.size() - ending.size());
  for (json::value const& entry : entries->as_array()) {
    std::string const path = folder + get_string(entry, "tag") + ".sql";
    auto const script = std::ranges::find(sources, path, &SourceFile::path);
    into.push_back({.version = std::to_string(get_int(entry, "when")),
                    .name = get_string(entry, "tag"),
                    .path = path,
                    .checksum = script == sources.end() ? "" : digest_hex("sha256", script->content)});
  }
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    if (source.path.ends_with("meta/_journal.json")) read_journal(source, sources, found);
  }
  return found;
}

Tool describe() {
  return {.name = "drizzle",
          .title = "Drizzle",
          .signatures = {{{{"id", "int4"}, {"hash", "text"}, {"created_at", "int8"}}, true}},
          .rows_look_like = "hash ~ '^[0-9a-f]{64}$'",
          .usual_name = "__drizzle_migrations",
          .order = Order::number,
          .read = &read,
          .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
