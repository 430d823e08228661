// yoyo: _yoyo_migration, and a lock table whose row survives a crash.
// https://ollycope.com/software/yoyo/latest/
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Signature const lock_signature{{{"locked", "integer"}, {"ctime", "time"}, {"pid", "integer"}}, true};

Result<History> read(pqxx::transaction_base& transaction, Table const& table,
                     std::vector<Table> const& tables) {
  History history{
      .runs = read_applied(
          transaction, fmt::format("SELECT migration_id, migration_id, date_trunc('second', applied_at_utc), "
                                   "NULL FROM {} ORDER BY applied_at_utc",
                                   table.quoted()))};
  Table const* const lock = find_table(tables, table.schema, lock_signature);
  if (lock == nullptr || !lock->readable) return history;
  for (auto const& row : transaction.exec(fmt::format("SELECT ctime, pid FROM {}", lock->quoted()))) {
    Remedy const release{{fmt::format("DELETE FROM {}", lock->quoted())},
                         "once that process is gone and no backend runs the migration (as: yoyo break-lock)"};
    history.findings.push_back(
        {.severity = Severity::problem,
         .kind = "stale-lock",
         .object = "table " + lock->text(),
         .message = fmt::format(
             "the lock of yoyo is held by process {} of its client's machine since {}: it runs now, or "
             "was killed; the next one waits for it",
             row[1].c_str(), row[0].c_str()),
         .finish = release,
         .undo = release});
  }
  return history;
}

/// "0001.add-total.py" or ".sql"; the id is the name without its extension. ".rollback.sql" is its way back.
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    std::string_view const name = source.file_name();
    bool const sql = name.ends_with(".sql") && !name.ends_with(".rollback.sql");
    bool const python = name.ends_with(".py") && !name.starts_with("_") && !name.starts_with("post-apply");
    if (!sql && !python) continue;
    std::string const id(name.substr(0, name.rfind('.')));
    found.push_back({.version = id, .name = id, .path = source.path});
  }
  return found;
}

Tool describe() {
  return {
      .name = "yoyo",
      .title = "yoyo",
      .signatures = {{{{"migration_hash", "text"}, {"migration_id", "text"}, {"applied_at_utc", "time"}},
                      true}},
      .beside =
          {lock_signature,
           {{{"id", "text"}, {"migration_hash", "text"}, {"operation", "text"}, {"created_at_utc", "time"}}},
           {{{"version", "integer"}, {"installed_at_utc", "time"}}, true}},
      .order = Order::graph,
      .read = &read,
      .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
