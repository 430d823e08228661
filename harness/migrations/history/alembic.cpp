// Alembic: a row per head, and nothing else; what lies below a head is told by `down_revision` in the files.
// https://alembic.sqlalchemy.org/en/latest/tutorial.html
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <pqxx/pqxx>
#include <set>

#include "harness/migrations/history/python_source.hpp"
#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  return History{.runs = read_applied(
                     transaction,
                     fmt::format("SELECT version_num, NULL, NULL, NULL FROM {} ORDER BY 1", table.quoted()))};
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    if (!source.path.ends_with(".py")) continue;
    auto const revision = python_strings(source.content, "revision");
    if (revision.size() != 1) continue;
    std::vector<std::string> parents = python_strings(source.content, "down_revision");
    for (std::string& other : python_strings(source.content, "depends_on"))
      parents.push_back(std::move(other));
    found.push_back({.version = revision.front(),
                     .name = std::string(source.file_name()),
                     .path = source.path,
                     .parents = std::move(parents)});
  }
  return found;
}

/// Adds what lies below the heads, parents first.
void complete(History& history, std::vector<MigrationFile> const& files) {
  std::map<std::string, MigrationFile const*> by_version;
  for (MigrationFile const& file : files) by_version.emplace(file.version, &file);
  std::set<std::string> heads;
  for (Run const& run : history.runs) heads.insert(run.version);
  std::vector<Run> below;
  std::set<std::string> seen;
  // Depth first with a stack of its own: histories may be thousands of revisions long.
  struct Visit {
    std::string version;
    bool parents_done;
  };
  std::vector<Visit> stack;
  for (Run const& run : history.runs) stack.push_back({run.version, false});
  while (!stack.empty()) {
    Visit const visit = stack.back();
    stack.pop_back();
    auto const file = by_version.find(visit.version);
    if (visit.parents_done) {
      if (!heads.contains(visit.version))
        below.push_back({.version = visit.version, .name = file->second->name, .implied = true});
      continue;
    }
    if (file == by_version.end() || !seen.insert(visit.version).second) continue;
    stack.push_back({visit.version, true});
    for (std::string const& parent : file->second->parents) stack.push_back({parent, false});
  }
  history.runs.insert(history.runs.begin(), below.begin(), below.end());
}

Tool describe() {
  return {.name = "alembic",
          .title = "Alembic",
          .signatures = {{{{"version_num", "text"}}, true}},
          .order = Order::graph,
          .read = &read,
          .files = &files,
          .complete = &complete};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
