// Django: django_migrations, a row per applied migration of each app.
// https://docs.djangoproject.com/en/5.2/topics/migrations/
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <set>

#include "harness/migrations/history/python_source.hpp"
#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  return History{
      .runs = read_applied(
          transaction,
          fmt::format("SELECT app || '.' || name, app || '.' || name, date_trunc('second', applied), "
                      "NULL FROM {} ORDER BY id",
                      table.quoted()))};
}

/// Pairs ("app", "name") of a list such as `dependencies` or `replaces`.
std::vector<std::string> pairs(std::string_view content, std::string_view list) {
  std::vector<std::string> versions;
  auto const strings = python_strings(content, list);
  for (std::size_t i = 0; i + 1 < strings.size(); i += 2)
    versions.push_back(strings[i] + "." + strings[i + 1]);
  return versions;
}

/// The label of the app in a folder: what its AppConfig says, or the folder's name.
std::string app_label(std::vector<SourceFile> const& sources, std::string_view folder) {
  std::string const config = folder.empty() ? "apps.py" : std::string(folder) + "/apps.py";
  auto const found = std::ranges::find(sources, config, &SourceFile::path);
  if (found != sources.end()) {
    auto const label = python_strings(found->content, "label");
    if (label.size() == 1) return label.front();
  }
  auto const slash = folder.rfind('/');
  return std::string(slash == std::string_view::npos ? folder : folder.substr(slash + 1));
}

/// "app/migrations/0001_initial.py".
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  constexpr std::string_view folder_name = "migrations";
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    std::string_view folder = source.folder();
    std::string_view const name = source.file_name();
    if (!name.ends_with(".py") || name == "__init__.py" || !folder.ends_with(folder_name)) continue;
    // Django's own package `migrations` has no migrations in it.
    if (source.content.find("class Migration(") == std::string::npos) continue;
    folder.remove_suffix(folder_name.size());
    if (folder.ends_with('/')) folder.remove_suffix(1);
    std::string const version =
        fmt::format("{}.{}", app_label(sources, folder), name.substr(0, name.size() - 3));
    found.push_back({.version = version,
                     .name = version,
                     .path = source.path,
                     .parents = pairs(source.content, "replaces")});
  }
  return found;
}

/// Django takes the replaced ones where some have run and some have not; where one of those has no file any
/// more, it gives up: "wasn't able to because some of the replaced migrations are already applied".
/// https://docs.djangoproject.com/en/5.1/topics/migrations/#squashing-migrations
Finding partly_applied(MigrationFile const& squash, std::string const& missing) {
  return {
      .severity = Severity::problem,
      .kind = "partly-applied-squash",
      .object = "migration " + squash.version,
      .message =
          fmt::format("it replaces {}, which has not run and has no file, and others that have run: Django "
                      "can take neither the squash nor what it replaces",
                      missing),
      .finish = {{}, fmt::format("bring back the file of {} and migrate, then take it away again", missing)},
      .undo = {}};
}

/// Which of a squash and the migrations that it replaces are run: the squash stands for all that have run, or
/// for all when none has (loader.py, build_graph).
void settle_squash(MigrationFile const& squash, std::vector<MigrationFile> const& files, History& history,
                   std::vector<Run>& settled) {
  auto const has_run = [&](std::string const& one) { return history.has(one); };
  auto const has_file = [&](std::string const& one) {
    return std::ranges::find(files, one, &MigrationFile::version) != files.end();
  };
  auto const done = std::ranges::count_if(squash.parents, has_run);
  bool const all = done == std::ssize(squash.parents);
  auto const settle = [&](std::string const& version, RunState state) {
    settled.push_back({.version = version, .name = version, .state = state, .implied = true});
  };
  if (done > 0) settle(squash.version, all ? RunState::applied : RunState::skipped);
  for (std::string const& replaced : squash.parents) {
    if (done == 0 && has_file(replaced)) settle(replaced, RunState::skipped);
    if (done > 0 && !has_run(replaced) && !has_file(replaced))
      history.findings.push_back(partly_applied(squash, replaced));
  }
}

void complete(History& history, std::vector<MigrationFile> const& files) {
  std::vector<Run> settled;
  for (MigrationFile const& file : files) {
    if (!file.parents.empty() && !history.has(file.version)) settle_squash(file, files, history, settled);
  }
  history.runs.insert(history.runs.begin(), settled.begin(), settled.end());
}

Tool describe() {
  return {.name = "django",
          .title = "Django",
          .signatures = {{{{"id", "integer"}, {"app", "text"}, {"name", "text"}, {"applied", "time"}}, true}},
          .order = Order::graph,
          .scoped = true,
          .read = &read,
          .files = &files,
          .complete = &complete};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
