// pgdrill init: asks a cluster what it has, and writes a scenario for it, its Role and the schema for
// editors. Changes nothing in the cluster.
#include <fmt/format.h>

#include <cstdio>

#include "harness/base/files.hpp"
#include "harness/base/yaml_text.hpp"
#include "harness/cli/first_scenario.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/output.hpp"
#include "harness/engine/registry.hpp"
#include "harness/engine/rights.hpp"
#include "harness/scenario/json_schema.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

Task<Result<Survey>> look(Arguments const& arguments) {
  CO_TRY(Connection connection, co_await connect(arguments));
  co_return co_await survey(std::move(connection), arguments.text("cluster"));
}

/// The scenario as the parser reads it: what init writes must be valid.
Result<scenario::Scenario> parsed(NewFile const& file) {
  scenario::ParseOutcome outcome =
      scenario::parse_text(file.content, file.path.string(), engine::catalogue(), {});
  if (outcome.problems.empty()) return std::move(outcome.scenario);
  return fail({.kind = ErrorKind::internal,
               .what = "the scenario for this cluster is not valid",
               .where = outcome.problems.front().location.text(),
               .why = outcome.problems.front().message});
}

Result<> write_new(std::filesystem::path const& path, std::string const& content, bool force) {
  std::error_code problem;
  if (!force && std::filesystem::exists(path, problem)) {
    return fail({.kind = ErrorKind::usage,
                 .what = path.string() + " is there already",
                 .todo = "give another --name or --dir, or --force to replace it"});
  }
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), problem);
  return write_file_atomically(path, content);
}

Result<> write_all(std::filesystem::path const& directory, std::vector<NewFile> const& files, bool force) {
  std::error_code problem;
  for (NewFile const& file : files) {  // all or none
    if (!force && std::filesystem::exists(directory / file.path, problem))
      return write_new(directory / file.path, file.content, force);
  }
  for (NewFile const& file : files) {
    TRY_VOID(write_new(directory / file.path, file.content, force));
    print("wrote " + (directory / file.path).string() + "\n");
  }
  return {};
}

void print_next_steps(Survey const& found, std::filesystem::path const& directory, std::string const& name) {
  for (std::string const& note : found.notes) print("note: " + note + "\n");
  print("\nnext:\n");
  std::string const label = "kubectl label namespace " + found.ns + " pgdrill.io/allow-faults=true";
  print("  " + label + (found.opted_in ? "   # is there already\n" : "\n"));
  print("  kubectl apply -f " + (directory / (name + "-rbac.yaml")).string() + "\n");
  std::string const scenario = (directory / (name + ".yaml")).string();
  for (char const* const verb : {"doctor", "plan", "run"})
    print(fmt::format("  pgdrill {} {}\n", verb, scenario));
}

int run(Arguments const& arguments) {
  Result<Survey> const found = run_to_end(look(arguments));
  if (!found) return report_error(found.error());
  std::string const name = arguments.given("name") ? arguments.text("name") : found->cluster + "-rollback";
  std::filesystem::path const directory = arguments.given("dir") ? arguments.text("dir") : ".";
  std::vector<NewFile> files = first_scenario(*found, name);
  Result<scenario::Scenario> const scenario = parsed(files.front());
  if (!scenario) return report_error(scenario.error());
  files.push_back(
      {name + "-rbac.yaml", to_yaml(engine::role_objects(engine::rights_of(*scenario), {.ns = found->ns}))});
  std::filesystem::path const schema = directory / "pgdrill-scenario.schema.json";
  Result<> written = write_all(directory, files, arguments.flag("force"));
  if (written) written = write_file_atomically(schema, pretty(scenario::json_schema(engine::catalogue())));
  if (!written) return report_error(written.error());
  print_next_steps(*found, directory, name);
  return reports::exit_pass;
}

Verb describe_verb() {
  std::vector<Option> options = cluster_options();
  options.push_back({.name = "--cluster", .help = "the Cluster (default: the namespace's only one)"});
  options.push_back({.name = "--name", .help = "name of the scenario (default: <cluster>-rollback)"});
  options.push_back(
      {.name = "--dir", .help = "directory to write to (default: this one)", .values = "directory"});
  options.push_back({.name = "--force", .help = "replace files that are there", .flag = true});
  return {.name = "init",
          .summary = "ask a cluster what it has, and write a scenario and its Role",
          .options = std::move(options),
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
