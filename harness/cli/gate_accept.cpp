// pgdrill gate accept SCENARIO: takes the present level for good.
#include <cstdio>
#include <cstdlib>

#include "harness/base/time.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/verb.hpp"
#include "reports/escape.hpp"
#include "reports/gate/gate.hpp"

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

/// A date is its beginning in UTC. Errors: usage, when it is no time or has passed.
Result<std::string> expiry_of(Arguments const& arguments) {
  std::string text = arguments.text("expires");
  if (text.empty()) return std::string();
  if (text.find('T') == std::string::npos) text += "T00:00:00Z";
  Result<WallTime> const time = parse_time(text);
  if (!time || *time <= wall_now()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "--expires takes a date or time to come",
                 .why = time ? "'" + text + "' has passed" : time.error().what,
                 .todo = "write it as 2027-01-31 or 2027-01-31T12:00:00Z"});
  }
  return format_rfc3339(*time);
}

/// What the acceptance means, in figures, for who takes it and for who reads it later.
void print_levels(reports::Acceptance const& acceptance) {
  if (acceptance.medians.empty()) {
    std::printf("the history has no run of %s that shows the level\n", acceptance.scenario.c_str());
    return;
  }
  for (auto const& [metric, level] : acceptance.medians) {
    auto const text = [](std::optional<double> const& median) {
      return median ? fixed(*median) + " s" : std::string("unknown");
    };
    std::printf("%s: median %s, now %s\n", reports::one_line(metric).c_str(), text(level.before).c_str(),
                text(level.now).c_str());
  }
}

int run(Arguments const& arguments) {
  if (!arguments.given("reason") || !arguments.given("history")) {
    return report_error({.kind = ErrorKind::usage,
                         .what = "a level is accepted with --history FILE and --reason TEXT",
                         .why = "who reads the history later must see why"});
  }
  Result<std::string> const expires = expiry_of(arguments);
  if (!expires) return report_error(expires.error());
  Result<reports::History> const history = reports::read_history(arguments.text("history"));
  if (!history) return report_error(history.error());
  reports::Acceptance const acceptance{
      .scenario = arguments.text("SCENARIO"),
      .metric = arguments.text("metric"),
      .reason = arguments.text("reason"),
      .author = author_of(arguments),
      .at = format_rfc3339(wall_now()),
      .ref = arguments.text("ref"),
      .expires = *expires,
      .medians = reports::accepted_levels(*history, arguments.text("SCENARIO"), arguments.text("metric"))};
  Result<> const appended = reports::append_acceptance(arguments.text("history"), acceptance);
  if (!appended) return report_error(appended.error());
  std::printf("accepted: runs of %s before %s are no longer compared with%s\n", acceptance.scenario.c_str(),
              acceptance.at.c_str(),
              acceptance.expires.empty() ? "" : (" until " + acceptance.expires).c_str());
  print_levels(acceptance);
  return 0;
}

Verb describe_verb() {
  return {.name = "gate accept",
          .summary = "take the present level of a scenario for good",
          .positionals = {{.name = "SCENARIO", .help = "name of the scenario"}},
          .options = {{.name = "--history", .help = ".jsonl or .sqlite file"},
                      {.name = "--reason", .help = "why the new level is good"},
                      {.name = "--metric", .help = "this metric only (default: all)"},
                      {.name = "--expires",
                       .help = "date or time (UTC) from which on it no longer counts (default: never)"},
                      {.name = "--author", .help = "who accepts (default: from the environment)"},
                      {.name = "--ref", .help = "commit or change that explains it"}},
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
