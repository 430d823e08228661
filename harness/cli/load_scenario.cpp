#include "harness/cli/load_scenario.hpp"

#include <cstdio>

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

std::string text_of(std::map<std::string, std::string> const& variables) {
  std::string text;
  for (auto const& [name, value] : variables) text += (text.empty() ? "" : ", ") + name + "=" + value;
  return text;
}

/// A value of the matrix that does not fit is told before the first run, not after it.
Result<> check_matrix(std::filesystem::path const& file, scenario::ParseOptions const& options,
                      scenario::ParseOutcome& outcome) {
  if (!outcome.problems.empty() || outcome.scenario.matrix.empty()) return {};
  for (auto variables : scenario::combinations(outcome.scenario)) {
    std::string const combination = text_of(variables);
    for (auto const& [name, value] : options.variables) variables[name] = value;  // these decide
    scenario::ParseOptions own = options;
    own.variables = std::move(variables);
    TRY(scenario::ParseOutcome const one, scenario::parse_file(file, engine::catalogue(), own));
    for (scenario::Problem problem : one.problems) {
      problem.message += " (" + combination + " of the matrix)";
      outcome.problems.push_back(std::move(problem));
    }
  }
  return {};
}

}  // namespace

std::vector<Option> scenario_options() {
  std::vector<Option> options = cluster_options();
  options.push_back(
      {.name = "--var", .help = "NAME=VALUE: sets a variable of the scenario", .repeated = true});
  return options;
}

Result<scenario::ParseOutcome> read_scenario(std::filesystem::path const& file, Arguments const& arguments) {
  TRY(scenario::ParseOptions const options, parse_options(arguments));
  TRY(scenario::ParseOutcome outcome, scenario::parse_file(file, engine::catalogue(), options));
  TRY_VOID(check_matrix(file, options, outcome));
  return outcome;
}

std::optional<scenario::Scenario> load_scenario(Arguments const& arguments) {
  return load_scenario_file(arguments.text("SCENARIO"), arguments);
}

std::optional<scenario::Scenario> load_scenario_file(std::filesystem::path const& file,
                                                     Arguments const& arguments) {
  std::optional<scenario::ParseOutcome> outcome = load_valid(file, arguments);
  if (!outcome) return std::nullopt;
  return std::move(outcome->scenario);
}

std::optional<scenario::ParseOutcome> load_valid(std::filesystem::path const& file,
                                                 Arguments const& arguments) {
  Result<scenario::ParseOutcome> outcome = read_scenario(file, arguments);
  if (!outcome) {
    std::fprintf(stderr, "pgdrill: %s\n", ::pgdrill::describe(outcome.error()).c_str());
    return std::nullopt;
  }
  if (outcome->problems.empty()) return std::move(*outcome);
  tell(outcome->problems, *outcome);
  return std::nullopt;
}

void tell(std::vector<scenario::Problem> const& problems, scenario::ParseOutcome const& outcome) {
  std::fputs(scenario::render_problems(problems, outcome.sources).c_str(), stderr);
}

int report_error(Error const& error) {
  std::fprintf(stderr, "pgdrill: %s\n", ::pgdrill::describe(error).c_str());
  if (error.kind == ErrorKind::internal) return reports::exit_bug;
  return error.kind == ErrorKind::usage ? reports::exit_usage : reports::exit_unreachable;
}

}  // namespace pgdrill::cli
