// Many scenarios in one command: directories and tags say which; one verdict over all.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/verb.hpp"
#include "harness/scenario/scenario.hpp"

namespace pgdrill::cli {

/// Scenario files below a directory, sorted; the file itself when it is none. What lies beside scenarios
/// (manifests, fragments) is left out.
[[nodiscard]] std::vector<std::string> scenario_files(std::string const& given);

/// Whether its tags select a scenario: one of `wanted` (any when there are none), and none of `unwanted`.
[[nodiscard]] bool selected(std::vector<std::string> const& tags, std::vector<std::string> const& wanted,
                            std::vector<std::string> const& unwanted);

/// A scenario of a suite, read and valid.
struct Chosen {
  std::string file;
  scenario::Scenario scenario;
};

/// Those of positional SCENARIO that --tag and --skip-tag select, in order. Nothing after an error, which has
/// been written: a scenario that is not valid, or none that is selected. All are read before one is run.
[[nodiscard]] std::optional<std::vector<Chosen>> choose_scenarios(Arguments const& arguments);

/// Runs one after the other, each with its evidence below `evidence`, and writes suite.json there. An
/// interrupted one is the last. Returns the gravest exit code; a negative control counts by its expectation.
[[nodiscard]] int run_suite(Arguments const& arguments, std::vector<Chosen> chosen,
                            std::filesystem::path const& evidence,
                            std::function<int(Arguments const&, Chosen, std::filesystem::path)> const& run);

}  // namespace pgdrill::cli
