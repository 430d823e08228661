// pgdrill plan SCENARIO: what a run would do, break, need and undo; touches nothing.
#include <fmt/format.h>

#include "harness/cli/load_scenario.hpp"
#include "harness/cli/output.hpp"
#include "harness/cli/plan_document.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

std::vector<std::string> const formats{"text", "json"};

int run(Arguments const& arguments) {
  std::optional<std::string> const format = output_format(arguments, formats);
  if (!format) return reports::exit_usage;
  std::optional<scenario::Scenario> const scenario = load_scenario(arguments);
  if (!scenario) return reports::exit_usage;
  json::object const plan = plan_document(*scenario);
  print(*format == "json" ? pretty(plan) : plan_text(plan));
  return reports::exit_pass;
}

Verb describe_verb() {
  std::vector<Option> options = scenario_options();
  options.push_back(output_option(formats, ""));
  return {.name = "plan",
          .summary = "show steps, blast radius, undo, RBAC rules and worst case; touch nothing",
          .positionals = {{.name = "SCENARIO", .help = "scenario file", .values = "file"}},
          .options = std::move(options),
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
