// pgroll: a linear chain of migrations; the one that is not done is active, with both versions of the schema
// there. https://github.com/xataio/pgroll/blob/main/pkg/state/init.sql
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Finding active(Table const& table, std::string const& name) {
  return {.severity = Severity::warning,
          .kind = "active-migration",
          .object = "table " + table.text(),
          .message = fmt::format(
              "{} is started and not completed: both versions of the schema are served, triggers keep them "
              "equal, no other migration can start",
              name),
          .finish = {{}, "once no application uses the old version: pgroll complete"},
          .undo = {{}, "pgroll rollback"}};
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  History history;
  for (auto const& row :
       transaction.exec(fmt::format("SELECT schema, name, date_trunc('second', created_at), done, "
                                    "migration_type FROM {} ORDER BY created_at",
                                    table.quoted()))) {
    bool const done = row[3].as<bool>();
    std::string const type = row[4].c_str();
    history.runs.push_back({.version = row[1].c_str(),
                            .name = fmt::format("{}.{}", row[0].c_str(), row[1].c_str()),
                            .state = done ? RunState::applied : RunState::unfinished,
                            .at = row[2].c_str(),
                            .detail = type == "pgroll" ? "" : type});
    if (!done) history.findings.push_back(active(table, row[1].c_str()));
  }
  return history;
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    std::string_view const name = source.file_name();
    bool const known = name.ends_with(".json") || name.ends_with(".yaml") || name.ends_with(".yml");
    if (!known || source.content.find("operations") == std::string::npos) continue;
    std::string const version(name.substr(0, name.rfind('.')));
    found.push_back({.version = version, .name = version, .path = source.path});
  }
  return found;
}

void complete(History& history, std::vector<MigrationFile> const& files) {
  complete_up_to_baseline(history, files, Order::text);
}

Tool describe() {
  return {.name = "pgroll",
          .title = "pgroll",
          .signatures = {{{{"schema", "name"},
                           {"name", "text"},
                           {"migration", "json"},
                           {"created_at", "time"},
                           {"parent", "text"},
                           {"done", "boolean"},
                           {"migration_type", "text"}}}},
          .beside = {{{{"version", "text"}, {"initialized_at", "time"}}, true}},
          .order = Order::text,
          .read = &read,
          .files = &files,
          .complete = &complete};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
