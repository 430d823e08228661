// The first scenario for what a survey found, with all files that belong to it.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harness/cli/survey.hpp"

namespace pgdrill::cli {

struct NewFile {
  std::filesystem::path path;  ///< relative to the scenario's directory
  std::string content;
};

/// The scenario comes first, its migration's files after it. A migration, its revert and point-in-time
/// recovery where Flux runs migrations; else point-in-time recovery alone.
[[nodiscard]] std::vector<NewFile> first_scenario(Survey const& survey, std::string const& name);

}  // namespace pgdrill::cli
