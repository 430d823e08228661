// Liquibase: databasechangelog without a primary key, and a lock row beside it that survives a crash. A
// changeset that fails leaves no row.
// https://docs.liquibase.com/concepts/tracking-tables/databasechangelog-table.html
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/migrations/history/liquibase_files.hpp"
#include "harness/migrations/history/tool.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::migrations {

namespace {

Signature const lock_signature{
    {{"id", "integer"}, {"locked", "boolean"}, {"lockgranted", "time"}, {"lockedby", "text"}}, true};

RunState state_of(std::string_view exectype) {
  if (exectype == "FAILED") return RunState::failed;
  if (exectype == "SKIPPED" || exectype == "MARK_RAN") return RunState::skipped;
  return RunState::applied;
}

/// Liquibase runs on after such a changeset (failOnError: false) and tries it again with the next update.
Finding failed(Table const& table, pqxx::row const& row) {
  std::string const where =
      fmt::format("WHERE id = {} AND author = {} AND filename = {}", postgres::quote_literal(row[0].c_str()),
                  postgres::quote_literal(row[1].c_str()), postgres::quote_literal(row[2].c_str()));
  return {.severity = Severity::problem,
          .kind = "dirty-history",
          .object = "table " + table.text(),
          .message = fmt::format("changeset {} of {} in {} failed; those after it have run all the same",
                                 row[0].c_str(), row[1].c_str(), row[2].c_str()),
          .finish = {{fmt::format("UPDATE {} SET exectype = 'EXECUTED' {}", table.quoted(), where)},
                     "once all its statements have taken effect"},
          .undo = {{fmt::format("DELETE FROM {} {}", table.quoted(), where)},
                   "once no statement of it has any effect: the next update runs it again"}};
}

Result<> read_lock(pqxx::transaction_base& transaction, Table const& lock, std::vector<Finding>& into) {
  if (!lock.readable) return {};
  for (auto const& row : transaction.exec(
           fmt::format("SELECT id, lockgranted, lockedby FROM {} WHERE locked ORDER BY id", lock.quoted()))) {
    Remedy const release{
        {fmt::format("UPDATE {} SET locked = false, lockgranted = NULL, lockedby = NULL WHERE id = {}",
                     lock.quoted(), row[0].c_str())},
        "once no backend of Liquibase runs any more (as: liquibase release-locks)"};
    into.push_back(
        {.severity = Severity::problem,
         .kind = "stale-lock",
         .object = "table " + lock.text(),
         .message = fmt::format("the lock of Liquibase is held by {} since {}: an update runs now, or was "
                                "killed; the next one waits for it",
                                row[2].c_str(), row[1].c_str()),
         .finish = release,
         .undo = release});
  }
  return {};
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table,
                     std::vector<Table> const& tables) {
  History history;
  for (auto const& row : transaction.exec(fmt::format(
           "SELECT id, author, filename, date_trunc('second', dateexecuted), exectype, md5sum FROM {} "
           "ORDER BY dateexecuted, orderexecuted",
           table.quoted()))) {
    history.runs.push_back({.version = changeset_version(row[2].c_str(), row[0].c_str(), row[1].c_str()),
                            .name = row[0].c_str(),
                            .state = state_of(row[4].c_str()),
                            .at = row[3].c_str(),
                            .checksum = row[5].c_str()});
    if (history.runs.back().state == RunState::failed) history.findings.push_back(failed(table, row));
  }
  if (Table const* const lock = find_table(tables, table.schema, lock_signature))
    TRY_VOID(read_lock(transaction, *lock, history.findings));
  return history;
}

/// A changelog is recorded by the path that Liquibase was given, which may be longer or shorter than ours:
/// the same file when one path ends in the other.
bool same_path(std::string_view a, std::string_view b) {
  for (std::string_view* path : {&a, &b}) {
    if (path->starts_with("classpath:")) path->remove_prefix(10);
    while (path->starts_with("./") || path->starts_with("/"))
      path->remove_prefix(path->starts_with("/") ? 1 : 2);
  }
  if (a.size() < b.size()) std::swap(a, b);
  return a == b || (a.ends_with(b) && a[a.size() - b.size() - 1] == '/');
}

/// Names the runs as the files do.
void complete(History& history, std::vector<MigrationFile> const& files) {
  for (Run& run : history.runs) {
    auto const recorded = split_changeset_version(run.version);
    for (MigrationFile const& file : files) {
      auto const ours = split_changeset_version(file.version);
      if (ours.id != recorded.id || ours.author != recorded.author || !same_path(ours.path, recorded.path))
        continue;
      run.version = file.version;
      // Checksums of another version of the algorithm cannot be compared; Liquibase rewrites them silently.
      if (!run.checksum.starts_with("9:")) run.checksum.clear();
      break;
    }
  }
}

Tool describe() {
  return {.name = "liquibase",
          .title = "Liquibase",
          .signatures = {{{{"id", "text"},
                           {"author", "text"},
                           {"filename", "text"},
                           {"dateexecuted", "time"},
                           {"orderexecuted", "integer"},
                           {"exectype", "text"},
                           {"md5sum", "text"}}}},
          .beside = {lock_signature},
          .order = Order::graph,
          .read = &read,
          .files = &liquibase_files,
          .complete = &complete};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
