// pgdrill gate accept SCENARIO: takes the present level for good.
#include <cstdio>
#include <cstdlib>

#include "harness/base/time.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/verb.hpp"
#include "reports/gate/history.hpp"

namespace pgdrill::cli {

namespace {

std::string author_of(Arguments const& arguments) {
  if (arguments.given("author")) return arguments.text("author");
  for (char const* const variable : {"GITLAB_USER_LOGIN", "GITHUB_ACTOR", "USER"}) {
    char const* const value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return value;
  }
  return "unknown";
}

int run(Arguments const& arguments) {
  if (!arguments.given("reason") || !arguments.given("history")) {
    return report_error({.kind = ErrorKind::usage,
                         .what = "a level is accepted with --history FILE and --reason TEXT",
                         .why = "who reads the history later must see why"});
  }
  reports::Acceptance const acceptance{.scenario = arguments.text("SCENARIO"),
                                       .metric = arguments.text("metric"),
                                       .reason = arguments.text("reason"),
                                       .author = author_of(arguments),
                                       .at = format_rfc3339(wall_now()),
                                       .ref = arguments.text("ref")};
  Result<> const appended = reports::append_acceptance(arguments.text("history"), acceptance);
  if (!appended) return report_error(appended.error());
  std::printf("accepted: runs of %s before %s are no longer compared with\n", acceptance.scenario.c_str(),
              acceptance.at.c_str());
  return 0;
}

Verb describe_verb() {
  return {.name = "gate accept",
          .summary = "take the present level of a scenario for good",
          .positionals = {{.name = "SCENARIO", .help = "name of the scenario"}},
          .options = {{.name = "--history", .help = ".jsonl or .sqlite file"},
                      {.name = "--reason", .help = "why the new level is good"},
                      {.name = "--metric", .help = "this metric only (default: all)"},
                      {.name = "--author", .help = "who accepts (default: from the environment)"},
                      {.name = "--ref", .help = "commit or change that explains it"}},
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
