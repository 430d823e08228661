// golang-migrate: one row, written anew for every step; dirty while a step runs and after it failed.
// https://github.com/golang-migrate/migrate/blob/master/database/postgres/postgres.go
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

constexpr std::uint32_t lock_salt = 1486364155;

Finding dirty(Table const& table, std::string const& version) {
  return {
      .severity = Severity::problem,
      .kind = "dirty-history",
      .object = "table " + table.text(),
      .message =
          fmt::format("version {} is dirty: it failed, was killed, or is still running; the tool refuses "
                      "to run until it is forced",
                      version),
      .finish = {{fmt::format("UPDATE {} SET dirty = false", table.quoted())},
                 fmt::format("once all statements of version {} have taken effect (as: migrate force {})",
                             version, version)},
      .undo = {{},
               fmt::format("once no statement of version {} has any effect: migrate force with the version "
                           "before it, which the migration files tell",
                           version)}};
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  History history;
  for (auto const& row : transaction.exec(fmt::format("SELECT version, dirty FROM {}", table.quoted()))) {
    std::string const version = row[0].c_str();
    bool const is_dirty = row[1].as<bool>();
    // -1 stands for a database from which everything was migrated down.
    if (version == "-1" && !is_dirty) continue;
    history.runs.push_back(
        {.version = version, .state = is_dirty ? RunState::unfinished : RunState::applied});
    if (is_dirty) history.findings.push_back(dirty(table, version));
  }
  return history;
}

/// The step back that the files tell, as `migrate force` writes it.
std::string force_statement(std::string const& table, std::string const& version) {
  if (version.empty()) return fmt::format("DELETE FROM {}", table);
  return fmt::format("UPDATE {} SET version = {}, dirty = false", table, version);
}

void complete(History& history, std::vector<MigrationFile> const& files) {
  complete_up_to_version(history, files);
  for (Finding& finding : history.findings) {
    if (finding.kind != "dirty-history" || history.runs.empty()) continue;
    std::string const before = history.runs.size() < 2 ? "" : history.runs[history.runs.size() - 2].version;
    finding.undo = {{force_statement(history.quoted_table, before)},
                    fmt::format("once no statement of version {} has any effect (as: migrate force {})",
                                history.runs.back().version, before.empty() ? "-1" : before)};
  }
}

/// Files of golang-migrate come in pairs "1_title.up.sql" and "1_title.down.sql".
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    auto const name = parse_numbered_name(source.file_name());
    if (!name || name->direction != "up") continue;
    found.push_back(
        {.version = without_leading_zeros(name->digits), .name = name->title, .path = source.path});
  }
  return found;
}

/// database.GenerateAdvisoryLockId: crc32 of "schema\0table\0database" times a salt, in 32 bits. Opened by a
/// URL the database's name is the URL's path, with its slash.
std::vector<std::string> lock_keys(std::string_view database, Table const& table) {
  std::vector<std::string> keys;
  for (std::string_view const slash : {"/", ""}) {
    std::string name = table.schema;
    name.append(1, '\0').append(table.name).append(1, '\0').append(slash).append(database);
    keys.push_back(advisory_key(static_cast<std::int64_t>(crc32(name) * lock_salt)));
  }
  return keys;
}

Tool describe() {
  return {.name = "golang-migrate",
          .title = "golang-migrate",
          .signatures = {{{{"version", "int8"}, {"dirty", "boolean"}}, true}},
          .order = Order::number,
          .read = &read,
          .files = &files,
          .complete = &complete,
          .lock_keys = &lock_keys};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
