// Atlas: atlas_schema_revisions in a schema of that name; counts the statements of each file that took
// effect. https://atlasgo.io/concepts/migration-directory-integrity and cmd/atlas/internal/migrate/ent/schema
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/base/files.hpp"
#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Finding partial(Table const& table, std::string const& version, std::string const& done,
                std::string const& total, std::string const& error) {
  std::string const where = "WHERE version = " + postgres::quote_literal(version);
  return {.severity = Severity::problem,
          .kind = "dirty-history",
          .object = "table " + table.text(),
          .message = fmt::format("version {} stopped after {} of {} statements{}{}", version, done, total,
                                 error.empty() ? "" : ": ", error),
          .finish = {{fmt::format("UPDATE {} SET applied = total, error = NULL, error_stmt = NULL {}",
                                  table.quoted(), where)},
                     "once the remaining statements have been run by hand; or mend the cause and run: atlas "
                     "migrate apply"},
          .undo = {{fmt::format("DELETE FROM {} {}", table.quoted(), where)},
                   fmt::format("once the first {} statements of the file have been taken back", done)}};
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  History history;
  for (auto const& row : transaction.exec(
           fmt::format("SELECT version, description, applied, total, date_trunc('second', executed_at), "
                       "coalesce(error, ''), hash, type "
                       "FROM {} WHERE version !~ '^\\.' ORDER BY executed_at, version COLLATE \"C\"",
                       table.quoted()))) {
    std::string const error = row[5].c_str();
    bool const stopped = row[2].as<std::int64_t>() < row[3].as<std::int64_t>() || !error.empty();
    history.runs.push_back({.version = row[0].c_str(),
                            .name = row[1].c_str(),
                            .state = stopped ? RunState::unfinished : RunState::applied,
                            .at = row[4].c_str(),
                            .checksum = row[6].c_str(),
                            .detail = error});
    if (stopped)
      history.findings.push_back(partial(table, row[0].c_str(), row[2].c_str(), row[3].c_str(), error));
  }
  return history;
}

/// The hash of a file covers the names and contents of all files before it, as in atlas.sum: SHA-256 in
/// Base64.
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  std::string covered;
  std::string folder;
  for (SourceFile const& source : sources) {
    std::string_view const name = source.file_name();
    if (!name.ends_with(".sql")) continue;
    if (source.folder() != folder) covered.clear();
    folder = source.folder();
    covered.append(name).append(source.content);
    std::string_view const stem = name.substr(0, name.size() - 4);
    auto const underscore = stem.find('_');
    found.push_back({.version = std::string(stem.substr(0, underscore)),
                     .name = underscore == std::string_view::npos ? std::string()
                                                                  : std::string(stem.substr(underscore + 1)),
                     .path = source.path,
                     .checksum = base64_encode(digest_bytes("sha256", covered))});
  }
  return found;
}

Tool describe() {
  return {.name = "atlas",
          .title = "Atlas",
          .signatures = {{{{"version", "text"},
                           {"description", "text"},
                           {"type", "int8"},
                           {"applied", "int8"},
                           {"total", "int8"},
                           {"executed_at", "time"},
                           {"error", "text"},
                           {"hash", "text"},
                           {"operator_version", "text"}}}},
          .order = Order::text,
          .read = &read,
          .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
