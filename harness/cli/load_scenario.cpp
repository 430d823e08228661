#include "harness/cli/load_scenario.hpp"

#include <cstdio>

#include "harness/base/files.hpp"
#include "harness/engine/registry.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

Result<scenario::ParseOptions> parse_options(Arguments const& arguments) {
  scenario::ParseOptions options{.variables = {}, .namespace_override = arguments.text("namespace")};
  for (std::string const& pair : arguments.texts("var")) {
    std::size_t const equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail({.kind = ErrorKind::usage,
                   .what = "'" + pair + "' is no variable",
                   .todo = "write --var NAME=VALUE"});
    }
    options.variables[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return options;
}

}  // namespace

std::vector<Option> scenario_options() {
  std::vector<Option> options = cluster_options();
  options.push_back(
      {.name = "--var", .help = "NAME=VALUE: sets a variable of the scenario", .repeated = true});
  return options;
}

std::optional<scenario::Scenario> load_scenario(Arguments const& arguments) {
  std::filesystem::path const file = arguments.text("SCENARIO");
  Result<scenario::ParseOptions> const options = parse_options(arguments);
  Result<scenario::ParseOutcome> outcome = fail({});
  if (!options) {
    outcome = tl::make_unexpected(options.error());
  } else {
    outcome = scenario::parse_file(file, engine::catalogue(), *options);
  }
  if (!outcome) {
    std::fprintf(stderr, "pgdrill: %s\n", ::pgdrill::describe(outcome.error()).c_str());
    return std::nullopt;
  }
  if (outcome->problems.empty()) return std::move(outcome->scenario);
  std::string const text = read_file(file).value_or("");
  std::fputs(scenario::render_problems(outcome->problems, text).c_str(), stderr);
  return std::nullopt;
}

int report_error(Error const& error) {
  std::fprintf(stderr, "pgdrill: %s\n", ::pgdrill::describe(error).c_str());
  if (error.kind == ErrorKind::internal) return reports::exit_bug;
  return error.kind == ErrorKind::usage ? reports::exit_usage : reports::exit_unreachable;
}

}  // namespace pgdrill::cli
