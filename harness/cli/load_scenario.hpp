// What run, validate and plan have in common: reading a scenario and saying what is wrong with it.
#pragma once
#include <optional>
#include <string>

#include "harness/cli/verb.hpp"
#include "harness/scenario/scenario.hpp"

namespace pgdrill::cli {

/// Options that a scenario takes from the command line.
[[nodiscard]] std::vector<Option> scenario_options();

/// Reads the file named by positional SCENARIO. Nothing when it is not valid: then all its problems have been
/// written to standard error.
[[nodiscard]] std::optional<scenario::Scenario> load_scenario(Arguments const& arguments);
/// The same for a file given by name, with the variables and the namespace of the command line.
[[nodiscard]] std::optional<scenario::Scenario> load_scenario_file(std::filesystem::path const& file,
                                                                   Arguments const& arguments);
/// The same with what is only warned of, which is not told here.
[[nodiscard]] std::optional<scenario::ParseOutcome> load_valid(std::filesystem::path const& file,
                                                               Arguments const& arguments);
/// The file's problems by its own words: also when it is valid. Error: of the command line, or io.
[[nodiscard]] Result<scenario::ParseOutcome> read_scenario(std::filesystem::path const& file,
                                                           Arguments const& arguments);

/// Writes problems or warnings of an outcome to standard error, with the lines that they are in.
void tell(std::vector<scenario::Problem> const& problems, scenario::ParseOutcome const& outcome);

/// Writes an error to standard error and gives the exit code that goes with its kind.
[[nodiscard]] int report_error(Error const& error);

}  // namespace pgdrill::cli
