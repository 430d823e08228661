// sqlx: _sqlx_migrations. `success` is always true on PostgreSQL; an execution_time of -1 tells that the
// process died between the statements and its book-keeping. https://github.com/launchbadge/sqlx,
// sqlx-postgres/src/migrate.rs
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

/// sqlx-core: the lock is the CRC-32 of the database's name times this.
constexpr std::int64_t lock_salt = 0x3d32ad9e;

Finding cut_off(Table const& table, std::string const& version, bool success) {
  std::string const where = "WHERE version = " + version;
  return {
      .severity = success ? Severity::warning : Severity::problem,
      .kind = "dirty-history",
      .object = "table " + table.text(),
      .message =
          success
              ? fmt::format("version {} has no execution time: sqlx died right after its statements", version)
              : fmt::format("version {} is recorded as not successful", version),
      .finish = {{fmt::format("UPDATE {} SET success = true, execution_time = 0 {}", table.quoted(), where)},
                 "once all its statements have taken effect"},
      .undo = {{fmt::format("DELETE FROM {} {}", table.quoted(), where)},
               "once none of its statements has any effect"}};
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  History history;
  for (auto const& row : transaction.exec(fmt::format("SELECT version, description, date_trunc('second', "
                                                      "installed_on), encode(checksum, 'hex'), success, "
                                                      "execution_time FROM {} ORDER BY installed_on, version",
                                                      table.quoted()))) {
    bool const success = row[4].as<bool>();
    history.runs.push_back({.version = row[0].c_str(),
                            .name = row[1].c_str(),
                            .state = success ? RunState::applied : RunState::failed,
                            .at = row[2].c_str(),
                            .checksum = row[3].c_str()});
    if (!success || row[5].as<std::int64_t>() == -1)
      history.findings.push_back(cut_off(table, row[0].c_str(), success));
  }
  return history;
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found = numbered_files(sources, {"sql"});
  for (MigrationFile& file : found) {
    for (SourceFile const& source : sources) {
      if (source.path == file.path) file.checksum = digest_hex("sha384", source.content);
    }
  }
  return found;
}

std::vector<std::string> lock_keys(std::string_view database, Table const&) {
  return {advisory_key(lock_salt * static_cast<std::int64_t>(crc32(database)))};
}

Tool describe() {
  return {.name = "sqlx",
          .title = "sqlx",
          .signatures = {{{{"version", "int8"},
                           {"description", "text"},
                           {"installed_on", "time"},
                           {"success", "boolean"},
                           {"checksum", "bytea"},
                           {"execution_time", "int8"}}}},
          .order = Order::number,
          .read = &read,
          .files = &files,
          .lock_keys = &lock_keys};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
