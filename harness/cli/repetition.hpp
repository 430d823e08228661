// Many runs of one scenario: every combination of its matrix, each several times; one verdict with the
// spread.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/verb.hpp"
#include "harness/scenario/scenario.hpp"

namespace pgdrill::cli {

struct Repetition {
  std::vector<std::map<std::string, std::string>> combinations;  ///< variables of each
  std::int64_t repeat = 1;
  std::uint64_t seed = 0;  ///< of the first run; each further one has the next number
  [[nodiscard]] std::size_t runs() const { return combinations.size() * static_cast<std::size_t>(repeat); }
};

/// From --repeat and --seed, or else from the scenario. Nothing after a usage error, which has been written.
[[nodiscard]] std::optional<Repetition> read_repetition(Arguments const& arguments,
                                                        scenario::Scenario const& scenario);

/// One run among them.
struct OneRun {
  scenario::Scenario scenario;
  Arguments arguments;
  std::filesystem::path evidence;
  std::uint64_t seed = 0;
  json::object repetition = {};  ///< of a repeated run: id, index, of
  bool latest = false;
};

/// Runs them one after the other, each with its evidence in a directory of its own, and writes suite.json. An
/// interrupted run is the last one. Returns the gravest exit code.
[[nodiscard]] int run_many(Arguments const& arguments, Repetition const& repetition,
                           std::filesystem::path const& evidence, std::function<int(OneRun)> const& run_once);

/// The exit code that decides among several.
[[nodiscard]] int gravest(std::vector<int> const& codes);

/// The decision over runs or scenarios with a `decision` each, by the exit code that decides. Control arms
/// and what demands nothing pass without being GO: where there is nothing else, neither is the whole.
[[nodiscard]] std::string decision_of_all(int code, json::array const& members);

}  // namespace pgdrill::cli
