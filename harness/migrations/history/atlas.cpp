// Atlas: atlas_schema_revisions in a schema of that name; counts the statements of each file that took
// effect. https://atlasgo.io/concepts/migration-directory-integrity and cmd/atlas/internal/migrate/ent/schema
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <regex>

#include "harness/base/files.hpp"
#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

// Bits of the column `type` (sql/migrate: RevisionType).
constexpr std::int64_t baseline = 1;
constexpr std::int64_t resolved = 4;  // by hand, with `atlas migrate set`: what it lacks is taken for there

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
    std::int64_t const type = row[7].as<std::int64_t>();
    bool const complete = row[2].as<std::int64_t>() >= row[3].as<std::int64_t>() && error.empty();
    bool const stopped = !complete && (type & resolved) == 0;
    history.runs.push_back({.version = row[0].c_str(),
                            .name = row[1].c_str(),
                            .state = stopped ? RunState::unfinished : RunState::applied,
                            .at = row[4].c_str(),
                            .checksum = row[6].c_str(),
                            .detail = (type & baseline) != 0 ? "baseline" : error});
    if (stopped)
      history.findings.push_back(partial(table, row[0].c_str(), row[2].c_str(), row[3].c_str(), error));
  }
  return history;
}

/// Its first line takes the content out of the directory's hash: `-- atlas:sum ignore`.
bool is_ignored(std::string_view content) {
  static std::regex const ignores("[ -~]*atlas:sum +ignore");
  std::string const first_line(content.substr(0, content.find('\n')));
  return std::regex_match(first_line, ignores);
}

/// The hash of a file covers the names and contents of all files before it, as in atlas.sum: SHA-256 in
/// Base64. Of a file that is ignored it covers the name alone, and it has no hash of its own.
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  std::string covered;
  std::string folder;
  for (SourceFile const& source : sources) {
    std::string_view const name = source.file_name();
    if (!name.ends_with(".sql")) continue;
    if (source.folder() != folder) covered.clear();
    folder = source.folder();
    bool const ignored = is_ignored(source.content);
    covered.append(name);
    if (!ignored) covered.append(source.content);
    std::string_view const stem = name.substr(0, name.size() - 4);
    auto const underscore = stem.find('_');
    found.push_back({.version = std::string(stem.substr(0, underscore)),
                     .name = underscore == std::string_view::npos ? std::string()
                                                                  : std::string(stem.substr(underscore + 1)),
                     .path = source.path,
                     .checksum = ignored ? "" : base64_encode(digest_bytes("sha256", covered))});
  }
  return found;
}

void complete(History& history, std::vector<MigrationFile> const& files) {
  complete_up_to_baseline(history, files, Order::text);
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
          .files = &files,
          .complete = &complete};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
