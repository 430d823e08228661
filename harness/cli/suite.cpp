#include "harness/cli/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "harness/base/files.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/output.hpp"
#include "harness/cli/repetition.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

bool has_one_of(std::vector<std::string> const& tags, std::vector<std::string> const& others) {
  return std::any_of(tags.begin(), tags.end(), [&others](std::string const& tag) {
    return std::find(others.begin(), others.end(), tag) != others.end();
  });
}

/// By its own evidence; what left none proves nothing.
std::string decision_in(std::filesystem::path const& evidence, int code) {
  std::error_code ignored;
  bool const repeated = std::filesystem::exists(evidence / "suite.json", ignored);
  std::string const text = read_file(evidence / (repeated ? "suite.json" : "verdict.json")).value_or("null");
  return get_string(parse_json(text, "verdict").value_or(nullptr), "decision", decision_of_all(code, {}));
}

void print_suite(json::array const& scenarios) {
  std::printf("\n");
  for (json::value const& one : scenarios) {
    std::printf("%-40s %s (%lld)%s\n", get_string(one, "name").c_str(), get_string(one, "decision").c_str(),
                static_cast<long long>(get_int(one, "exit_code")),
                get_string(one, "expect") == "fail" ? ", a negative control" : "");
  }
}

/// The scenario's name; a second one of that name gets a number.
std::string directory_for(std::string const& name, json::array const& before) {
  auto const same = std::count_if(before.begin(), before.end(),
                                  [&](json::value const& one) { return get_string(one, "name") == name; });
  return same == 0 ? name : fmt::format("{}-{}", name, same + 1);
}

}  // namespace

std::vector<std::string> scenario_files(std::string const& given) {
  std::error_code problem;
  if (!std::filesystem::is_directory(given, problem)) return {given};
  std::vector<std::string> files;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(given, problem)) {
    std::string const extension = entry.path().extension().string();
    bool const yaml = extension == ".yaml" || extension == ".yml";
    if (!yaml || !entry.is_regular_file(problem)) continue;
    if (read_file(entry.path()).value_or("").find("\nkind: Scenario") != std::string::npos)
      files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool selected(std::vector<std::string> const& tags, std::vector<std::string> const& wanted,
              std::vector<std::string> const& unwanted) {
  return (wanted.empty() || has_one_of(tags, wanted)) && !has_one_of(tags, unwanted);
}

std::optional<std::vector<Chosen>> choose_scenarios(Arguments const& arguments) {
  std::vector<Chosen> chosen;
  bool valid = true;
  std::size_t read = 0;
  for (std::string const& given : arguments.texts("SCENARIO")) {
    for (std::string const& file : scenario_files(given)) {
      ++read;
      std::optional<scenario::ParseOutcome> outcome = load_valid(file, arguments);
      valid = valid && outcome.has_value();
      if (!outcome || !selected(outcome->scenario.tags, arguments.texts("tag"), arguments.texts("skip-tag")))
        continue;
      tell(outcome->warnings, *outcome);
      chosen.push_back({file, std::move(outcome->scenario)});
    }
  }
  if (!valid) return std::nullopt;
  if (!chosen.empty()) return chosen;
  std::fprintf(
      stderr, "pgdrill: there is nothing to run: %s\n",
      read == 0 ? "no scenario below what was named" : "no scenario has the tags that were asked for");
  return std::nullopt;
}

int run_suite(Arguments const& arguments, std::vector<Chosen> chosen, std::filesystem::path const& evidence,
              std::function<int(Arguments const&, Chosen, std::filesystem::path)> const& run) {
  json::array scenarios;
  std::vector<int> codes;
  for (Chosen& one : chosen) {
    std::string const directory = directory_for(one.scenario.name, scenarios);
    json::object entry{{"name", one.scenario.name},
                       {"file", one.file},
                       {"directory", directory},
                       {"tags", json::value_from(one.scenario.tags)},
                       {"expect", one.scenario.expect_failure ? "fail" : "pass"}};
    Arguments own = arguments;
    own.set("SCENARIO", {one.file});
    int const code = run(own, std::move(one), evidence / directory);
    entry["exit_code"] = code;
    entry["decision"] = decision_in(evidence / directory, code);
    scenarios.emplace_back(std::move(entry));
    codes.push_back(code);
    if (code == reports::exit_interrupted || code == reports::exit_terminated) break;
  }
  int const code = gravest(codes);
  if (arguments.text("output") != "json") print_suite(scenarios);
  json::object const suite{{"decision", decision_of_all(code, scenarios)},
                           {"exit_code", code},
                           {"not_run", chosen.size() - codes.size()},
                           {"scenarios", std::move(scenarios)}};
  std::error_code problem;
  std::filesystem::create_directories(evidence, problem);
  std::ofstream file(evidence / "suite.json");
  file << pretty(suite);
  if (!file.flush()) std::fprintf(stderr, "pgdrill: cannot write %s\n", (evidence / "suite.json").c_str());
  return code;
}

}  // namespace pgdrill::cli
