#include "harness/cli/repetition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <random>

#include "harness/base/files.hpp"
#include "harness/base/json.hpp"
#include "harness/base/text.hpp"
#include "harness/cli/load_scenario.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

// JSON readers keep whole numbers exact up to here.
constexpr std::uint64_t largest_seed = std::uint64_t{1} << 53U;

std::optional<std::uint64_t> number(Arguments const& arguments, std::string const& name, std::uint64_t least,
                                    std::uint64_t most) {
  std::string const text = arguments.text(name);
  std::uint64_t value = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc() && end == text.data() + text.size() && value >= least && value <= most)
    return value;
  std::fprintf(stderr, "pgdrill: --%s must be a whole number from %llu to %llu, not '%s'\n", name.c_str(),
               static_cast<unsigned long long>(least), static_cast<unsigned long long>(most), text.c_str());
  return std::nullopt;
}

/// Name of a run's directory: "02-by=lsn", without what a path cannot hold.
std::string directory_name(std::size_t index, std::map<std::string, std::string> const& variables) {
  std::string name = fmt::format("{:02}", index);
  for (auto const& [key, value] : variables) name += "-" + key + "=" + value;
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return c == '/' || c == ' ' || static_cast<unsigned char>(c) < ' '; }, '_');
  return name;
}

Arguments with_variables(Arguments arguments, std::map<std::string, std::string> const& variables) {
  std::vector<std::string> given;
  for (auto const& [key, value] : variables) given.push_back(key + "=" + value);
  // The command line's own come last and decide.
  for (std::string const& pair : arguments.texts("var")) given.push_back(pair);
  arguments.set("var", std::move(given));
  return arguments;
}

/// A measured objective over all runs: {objective, unit, runs, measured, least, median, most}.
json::array spread_of(std::vector<json::value> const& verdicts) {
  std::map<std::string, std::vector<double>> values;
  std::map<std::string, std::string> units;
  for (json::value const& verdict : verdicts) {
    json::value const* const objectives = find(verdict, "objectives");
    if (objectives == nullptr || !objectives->is_array()) continue;
    for (json::value const& one : objectives->get_array()) {
      std::string const name = get_string(one, "name");
      units[name] = get_string(one, "unit");
      json::value const* const value = find(one, "value");
      if (value != nullptr && value->is_number()) values[name].push_back(value->to_number<double>());
    }
  }
  json::array spread;
  for (auto& [name, unit] : units) {
    std::vector<double>& all = values[name];
    std::sort(all.begin(), all.end());
    json::object one{
        {"objective", name}, {"unit", unit}, {"runs", verdicts.size()}, {"measured", all.size()}};
    if (!all.empty()) {
      double const low = all[(all.size() - 1) / 2];
      double const high = all[all.size() / 2];
      one["least"] = all.front();
      one["median"] = (low + high) / 2;
      one["most"] = all.back();
    }
    spread.push_back(std::move(one));
  }
  return spread;
}

void write_suite(std::filesystem::path const& evidence, json::array runs,
                 std::vector<json::value> const& verdicts, int code) {
  json::object const suite{{"decision", decision_of_all(code, runs)},
                           {"exit_code", code},
                           {"spread", spread_of(verdicts)},
                           {"runs", std::move(runs)}};
  std::ofstream file(evidence / "suite.json");
  file << json::serialize(suite) << "\n";
  if (!file.flush()) std::fprintf(stderr, "pgdrill: cannot write %s\n", (evidence / "suite.json").c_str());
}

void print_suite(json::array const& runs, json::array const& spread) {
  std::printf("\n");
  for (json::value const& run : runs) {
    std::printf("%-40s %s (%lld)\n", get_string(run, "directory").c_str(),
                get_string(run, "decision").c_str(), static_cast<long long>(get_int(run, "exit_code")));
  }
  for (json::value const& one : spread) {
    std::string const range =
        find(one, "median") == nullptr
            ? "not measured"
            : fmt::format("{:.3f} {:.3f} {:.3f} {}", find(one, "least")->to_number<double>(),
                          find(one, "median")->to_number<double>(), find(one, "most")->to_number<double>(),
                          get_string(one, "unit"));
    std::printf("%s least, median, most: %s (%lld of %lld runs)\n", get_string(one, "objective").c_str(),
                range.c_str(), static_cast<long long>(get_int(one, "measured")),
                static_cast<long long>(get_int(one, "runs")));
  }
}

}  // namespace

std::optional<Repetition> read_repetition(Arguments const& arguments, scenario::Scenario const& scenario) {
  Repetition repetition{.combinations = scenario::combinations(scenario), .repeat = scenario.repeat};
  if (arguments.given("repeat")) {
    std::optional<std::uint64_t> const repeat = number(arguments, "repeat", 1, 1000);
    if (!repeat) return std::nullopt;
    repetition.repeat = static_cast<std::int64_t>(*repeat);
  }
  if (arguments.given("seed")) {
    std::optional<std::uint64_t> const seed = number(arguments, "seed", 0, largest_seed);
    if (!seed) return std::nullopt;
    repetition.seed = *seed;
  } else if (scenario.seed) {
    repetition.seed = *scenario.seed;
  } else {
    std::random_device device;
    repetition.seed = device();
  }
  return repetition;
}

int run_many(Arguments const& arguments, Repetition const& repetition, std::filesystem::path const& evidence,
             std::function<int(OneRun)> const& run_once) {
  json::array runs;
  std::vector<json::value> verdicts;
  std::vector<int> codes;
  bool interrupted = false;
  for (auto const& variables : repetition.combinations) {
    Arguments const own = with_variables(arguments, variables);
    std::string const id = "s" + random_suffix(8);  // what the repeats of this combination share
    for (std::int64_t i = 0; i < repetition.repeat && !interrupted; ++i) {
      std::optional<scenario::Scenario> scenario = load_scenario(own);
      if (!scenario) return reports::exit_usage;  // a value of the matrix does not fit
      std::filesystem::path const directory = evidence / directory_name(codes.size() + 1, variables);
      std::uint64_t const seed = repetition.seed + codes.size();
      OneRun one{.scenario = std::move(*scenario), .arguments = own, .evidence = directory, .seed = seed};
      if (repetition.repeat > 1) one.repetition = {{"id", id}, {"index", i + 1}, {"of", repetition.repeat}};
      int const code = run_once(std::move(one));
      std::string const text = read_file(directory / "verdict.json").value_or("null");
      json::value verdict = parse_json(text, "verdict.json").value_or(nullptr);
      runs.push_back({{"directory", directory.filename().string()},
                      {"variables", json::value_from(variables)},
                      {"seed", seed},
                      {"exit_code", code},
                      {"decision", get_string(verdict, "decision", "inconclusive")}});
      verdicts.push_back(std::move(verdict));
      codes.push_back(code);
      interrupted = code == reports::exit_interrupted || code == reports::exit_terminated;
    }
  }
  int const code = gravest(codes);
  if (arguments.text("output") != "json") print_suite(runs, spread_of(verdicts));
  write_suite(evidence, std::move(runs), verdicts, code);
  return code;
}

int gravest(std::vector<int> const& codes) {
  constexpr int order[] = {reports::exit_bug,         reports::exit_unclean, reports::exit_interrupted,
                           reports::exit_terminated,  reports::exit_missed,  6 /*regression*/,
                           reports::exit_unreachable, reports::exit_usage,   reports::exit_inconclusive};
  for (int const code : order) {
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) return code;
  }
  return reports::exit_pass;
}

std::string decision_of_all(int code, json::array const& members) {
  auto const is_go = [](json::value const& one) { return get_string(one, "decision") == "go"; };
  if (code == reports::exit_pass)
    return std::any_of(members.begin(), members.end(), is_go) ? "go" : "inconclusive";
  return code == reports::exit_missed || code == reports::exit_unclean ? "no-go" : "inconclusive";
}

}  // namespace pgdrill::cli
