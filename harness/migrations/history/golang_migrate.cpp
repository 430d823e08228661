// golang-migrate: one row, written anew for every step; dirty while a step runs and after it failed.
// https://github.com/golang-migrate/migrate/blob/master/database/postgres/postgres.go
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

constexpr std::uint32_t lock_salt = 1486364155;

/// What a clean -1 is: no row.
constexpr std::string_view none = "-1";

/// As `migrate force` writes it, for the row that is dirty.
std::string force_statement(std::string const& table, std::string_view version) {
  if (version == none) return fmt::format("DELETE FROM {} WHERE dirty", table);
  return fmt::format("UPDATE {} SET version = {}, dirty = false WHERE dirty", table, version);
}

/// The tool writes down the version that a step leads to, then runs it: what failed is the up of that version
/// or the down of the one after it. https://github.com/golang-migrate/migrate/blob/master/migrate.go
/// (runMigrations)
Finding dirty(Table const& table, std::string const& version) {
  std::string const step = version == none
                               ? "the down of the first migration"
                               : fmt::format("the up of {}, or the down of the version after it,", version);
  return {.severity = Severity::problem,
          .kind = "dirty-history",
          .object = "table " + table.text(),
          .message = fmt::format("version {} is dirty: {} failed, was killed, or is still running; the tool "
                                 "refuses to run until it is forced",
                                 version, step),
          .finish = {{force_statement(table.quoted(), version)},
                     fmt::format("once all statements of that step have taken effect (as: migrate force {})",
                                 version)},
          .undo = {{},
                   "once no statement of that step has any effect: migrate force with the version that it "
                   "came from, which the migration files tell"}};
}

/// The tool reads one row, in no order: SELECT version, dirty FROM ... LIMIT 1.
Finding several_rows(Table const& table, std::size_t rows, std::string const& last) {
  Remedy const keep_one{{fmt::format("DELETE FROM {} WHERE version <> {}", table.quoted(), last)},
                        fmt::format("once the database is known to be at {}", last)};
  return {.severity = Severity::problem,
          .kind = "several-versions",
          .object = "table " + table.text(),
          .message = fmt::format(
              "it has {} rows where the tool writes one, and the tool takes whichever comes first", rows),
          .finish = keep_one,
          .undo = {}};
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  History history;
  for (auto const& row :
       transaction.exec(fmt::format("SELECT version, dirty FROM {} ORDER BY 1", table.quoted()))) {
    std::string const version = row[0].c_str();
    bool const is_dirty = row[1].as<bool>();
    if (is_dirty) history.findings.push_back(dirty(table, version));
    // -1 stands for a database from which everything was migrated down, or is when it is dirty.
    if (version == none) continue;
    history.runs.push_back(
        {.version = version, .state = is_dirty ? RunState::unfinished : RunState::applied});
  }
  if (history.runs.size() > 1)
    history.findings.push_back(several_rows(table, history.runs.size(), history.runs.back().version));
  return history;
}

std::string first_after(std::string_view version, std::vector<MigrationFile> const& files) {
  std::string first;
  for (MigrationFile const& file : files) {
    bool const after = version == none || comes_before(Order::number, version, file.version);
    if (after && (first.empty() || comes_before(Order::number, file.version, first))) first = file.version;
  }
  return first;
}

void say_where_from(History const& history, std::string const& version, Finding& finding) {
  std::string const& back = history.perhaps_back_from;
  std::string const before =
      history.runs.size() < 2 ? std::string(none) : history.runs[history.runs.size() - 2].version;
  std::string const from = version == none ? back : before;
  if (back.empty() || version == none) {
    if (from.empty()) return;
    finding.undo = {{force_statement(history.quoted_table, from)},
                    fmt::format("once no statement of it has any effect (as: migrate force {})", from)};
    return;
  }
  finding.message = fmt::format(
      "version {0} is dirty: the up of {0}, or the down of {1}, failed, was killed, or is still "
      "running; the tool refuses to run until it is forced",
      version, back);
  finding.undo = {
      {},
      fmt::format("once no statement of it has any effect: migrate force {} if it was the up of {}, migrate "
                  "force {} if it was the down of {}",
                  before, version, back, back)};
}

void complete(History& history, std::vector<MigrationFile> const& files) {
  complete_up_to_version(history, files);
  std::string const version = history.runs.empty() ? std::string(none) : history.runs.back().version;
  for (Finding& finding : history.findings) {
    if (finding.kind != "dirty-history") continue;
    history.perhaps_back_from = first_after(version, files);
    say_where_from(history, version, finding);
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
