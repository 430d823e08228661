// pgdrill validate SCENARIO...: says all that is wrong with scenarios, and touches nothing.
#include <fmt/format.h>

#include <cstdio>

#include "harness/cli/load_scenario.hpp"
#include "harness/cli/output.hpp"
#include "harness/cli/suite.hpp"
#include "reports/ci.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

std::vector<std::string> const formats{"text", "json", "github", "gitlab"};

reports::Annotation annotation_of(scenario::Problem const& problem) {
  return {.level = problem.warning ? "warning" : "error",
          .title = "pgdrill validate",
          .message = problem.message,
          .file = problem.location.file,
          .line = problem.location.line,
          .column = problem.location.column};
}

json::object problem_json(scenario::Problem const& problem) {
  return {{"file", problem.location.file},
          {"line", problem.location.line},
          {"column", problem.location.column},
          {"message", problem.message}};
}

struct Sum {
  std::size_t files = 0;
  std::size_t wrong = 0;
  json::array problems = {};
  json::array warnings = {};
  std::vector<reports::Annotation> annotations = {};
};

/// False when the file or the command line could not be read at all.
bool examine(std::string const& file, Arguments const& arguments, bool text, Sum& sum) {
  Result<scenario::ParseOutcome> const outcome = read_scenario(file, arguments);
  ++sum.files;
  if (!outcome) {
    std::fprintf(stderr, "pgdrill: %s\n", ::pgdrill::describe(outcome.error()).c_str());
    return false;
  }
  if (text) tell(outcome->warnings, *outcome);
  for (scenario::Problem const& warning : outcome->warnings) {
    sum.warnings.push_back(problem_json(warning));
    sum.annotations.push_back(annotation_of(warning));
  }
  if (outcome->problems.empty()) {
    if (text) print(file + ": valid\n");
    return true;
  }
  ++sum.wrong;
  if (text) {
    tell(outcome->problems, *outcome);
    std::fprintf(stderr, "%s: %zu %s\n", file.c_str(), outcome->problems.size(),
                 outcome->problems.size() == 1 ? "error" : "errors");
  }
  for (scenario::Problem const& problem : outcome->problems) {
    sum.problems.push_back(problem_json(problem));
    sum.annotations.push_back(annotation_of(problem));
  }
  return true;
}

void print_github(std::vector<reports::Annotation> const& annotations) {
  for (reports::Annotation const& one : annotations) print(reports::github_annotation(one));
}

int run(Arguments const& arguments) {
  std::optional<std::string> const format = output_format(arguments, formats);
  if (!format) return reports::exit_usage;
  bool readable = true;
  Sum sum;
  for (std::string const& given : arguments.texts("SCENARIO")) {
    std::vector<std::string> const files = scenario_files(given);
    if (files.empty()) {
      std::fprintf(stderr, "pgdrill: there is no scenario below %s\n", given.c_str());
      readable = false;
    }
    for (std::string const& file : files)
      readable = examine(file, arguments, *format == "text", sum) && readable;
  }
  if (*format == "json")
    print(pretty(json::object{{"files", sum.files},
                              {"valid", sum.wrong == 0 && readable},
                              {"problems", sum.problems},
                              {"warnings", sum.warnings}}));
  if (*format == "gitlab") print(reports::gitlab_code_quality(sum.annotations));
  if (*format == "github" || (*format == "text" && reports::detect_ci() == reports::Ci::github))
    print_github(sum.annotations);
  return readable && sum.wrong == 0 ? reports::exit_pass : reports::exit_usage;
}

Verb describe_verb() {
  std::vector<Option> options = scenario_options();
  options.push_back(output_option(formats, "github are annotations, gitlab is a code-quality report"));
  return {.name = "validate",
          .summary = "say all that is wrong with scenarios",
          .positionals = {{.name = "SCENARIO",
                           .help = "scenario files, or directories with some",
                           .repeated = true,
                           .values = "file"}},
          .options = std::move(options),
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
