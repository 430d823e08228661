// pgdrill validate SCENARIO: says all that is wrong with a scenario, and touches nothing.
#include <cstdio>

#include "harness/cli/load_scenario.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

int run(Arguments const& arguments) {
  if (!load_scenario(arguments)) return reports::exit_usage;
  std::printf("%s: valid\n", arguments.text("SCENARIO").c_str());
  return 0;
}

Verb describe_verb() {
  return {.name = "validate",
          .summary = "say all that is wrong with a scenario",
          .positionals = {{.name = "SCENARIO", .help = "scenario file"}},
          .options = scenario_options(),
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
