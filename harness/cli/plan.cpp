// pgdrill plan SCENARIO: what a run would do, break, need and undo; touches nothing.
#include <fmt/format.h>

#include <cstdio>
#include <set>

#include "harness/base/text.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/engine/registry.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

void print_declared(std::string_view label, std::string const& text) {
  if (!text.empty()) std::fputs(fmt::format("     {}: {}\n", label, text).c_str(), stdout);
}

void print_step(std::size_t number, scenario::StepSpec const& step,
                scenario::Declaration const& declaration) {
  std::fputs(
      fmt::format("{:3}. {} (at most {}): {}\n", number, step.id, format_duration(step.timeout), step.title)
          .c_str(),
      stdout);
  print_declared("effect", declaration.effect);
  print_declared("witness", declaration.witness);
  print_declared("undo", declaration.undo);
}

/// RBAC rules that all parts of the scenario declare, one line each.
std::set<std::string> rules_of(scenario::Scenario const& scenario) {
  std::set<std::string> rules{"\"coordination.k8s.io\" leases: get, create, update, delete",
                              "\"\" configmaps: get, list, create, patch, delete",
                              "\"\" namespaces: get (cluster-wide)"};
  auto const add = [&](scenario::Declaration const& declaration) {
    for (scenario::Permission const& permission : declaration.permissions) {
      rules.insert(fmt::format("\"{}\" {}: {}", permission.group, join(permission.resources, ", "),
                               join(permission.verbs, ", ")));
    }
  };
  for (auto const& step : scenario.steps) {
    if (auto const* const entry = engine::find_entry(engine::steps(), step.kind)) add(entry->declaration);
  }
  for (auto const& probe : scenario.probes) {
    if (auto const* const entry = engine::find_entry(engine::probes(), probe.kind)) add(entry->declaration);
  }
  return rules;
}

int run(Arguments const& arguments) {
  std::optional<scenario::Scenario> const scenario = load_scenario(arguments);
  if (!scenario) return reports::exit_usage;
  std::fputs(fmt::format("{}: {}\ntarget: Cluster {}/{}, database {}, Service {}\n\nprobes:\n",
                         scenario->name, scenario->title, scenario->target.ns, scenario->target.cluster,
                         scenario->target.database, scenario->target.service)
                 .c_str(),
             stdout);
  for (auto const& probe : scenario->probes)
    std::fputs(fmt::format("  - {} ({})\n", probe.name, probe.kind).c_str(), stdout);
  std::fputs("\nsteps:\n", stdout);
  Duration longest{};
  std::size_t number = 0;
  for (auto const& step : scenario->steps) {
    auto const* const entry = engine::find_entry(engine::steps(), step.kind);
    if (entry != nullptr) print_step(++number, step, entry->declaration);
    longest += step.timeout;
  }
  std::fputs(fmt::format("\nat most {} before undo\n\npermissions in namespace {}:\n",
                         format_duration(longest), scenario->target.ns)
                 .c_str(),
             stdout);
  for (std::string const& rule : rules_of(*scenario)) std::fputs(("  - " + rule + "\n").c_str(), stdout);
  return 0;
}

Verb describe_verb() {
  return {.name = "plan",
          .summary = "show what a scenario would do, and touch nothing",
          .positionals = {{.name = "SCENARIO", .help = "scenario file"}},
          .options = scenario_options(),
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
