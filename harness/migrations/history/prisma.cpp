// Prisma Migrate: _prisma_migrations, a row per attempt.
// https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Finding unfinished(Table const& table, std::string const& id, std::string const& name) {
  std::string const where = "WHERE id = " + postgres::quote_literal(id);
  return {
      .severity = Severity::problem,
      .kind = "dirty-history",
      .object = "table " + table.text(),
      .message = fmt::format(
          "{} was begun and has not ended: it failed, was killed, or runs now; the next deploy stops "
          "with P3009",
          name),
      .finish = {{fmt::format("UPDATE {} SET finished_at = now(), logs = NULL {}", table.quoted(), where)},
                 fmt::format(
                     "once all its statements have taken effect (as: prisma migrate resolve --applied {})",
                     name)},
      .undo = {{fmt::format("UPDATE {} SET rolled_back_at = now() {}", table.quoted(), where)},
               fmt::format(
                   "once none of its statements has any effect (as: prisma migrate resolve --rolled-back {})",
                   name)}};
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  History history;
  for (auto const& row :
       transaction.exec(fmt::format("SELECT id, migration_name, checksum, date_trunc('second', started_at), "
                                    "finished_at, rolled_back_at, "
                                    "logs FROM {} ORDER BY started_at",
                                    table.quoted()))) {
    bool const open = row[4].is_null() && row[5].is_null();
    Run run{.version = row[1].c_str(),
            .name = row[1].c_str(),
            .at = row[3].c_str(),
            .checksum = row[2].c_str(),
            .detail = row[6].c_str()};
    if (!row[5].is_null()) run.state = RunState::reverted;
    if (open) run.state = RunState::unfinished;
    history.runs.push_back(std::move(run));
    if (open) history.findings.push_back(unfinished(table, row[0].c_str(), row[1].c_str()));
  }
  return history;
}

/// A folder per migration: "20240101000000_add_total/migration.sql".
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    if (source.file_name() != "migration.sql" || source.folder().empty()) continue;
    std::string_view const folder = source.folder();
    auto const slash = folder.rfind('/');
    std::string const name(slash == std::string_view::npos ? folder : folder.substr(slash + 1));
    found.push_back({.version = name,
                     .name = name,
                     .path = source.path,
                     .checksum = digest_hex("sha256", source.content)});
  }
  return found;
}

std::vector<std::string> lock_keys(std::string_view, Table const&) { return {advisory_key(72707369)}; }

Tool describe() {
  return {.name = "prisma",
          .title = "Prisma Migrate",
          .signatures = {{{{"id", "text"},
                           {"checksum", "text"},
                           {"finished_at", "time"},
                           {"migration_name", "text"},
                           {"logs", "text"},
                           {"rolled_back_at", "time"},
                           {"started_at", "time"},
                           {"applied_steps_count", "integer"}}}},
          .order = Order::text,
          .read = &read,
          .files = &files,
          .lock_keys = &lock_keys};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
