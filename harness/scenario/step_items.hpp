// The reader of `steps`: steps, faults, blocks and includes, at any depth.
#pragma once
#include "harness/scenario/items.hpp"

namespace pgdrill::scenario {

/// What the items of one scenario share, over all files that it includes.
struct StepReading {
  Reader& reader;
  Catalogue const& catalogue;
  ParseOptions const& options;
  Names& names;
  std::map<std::string, std::string>& sources;
  std::vector<std::filesystem::path> files;  ///< the file that is read, after those that include it
  int includes = 0;                          ///< files included so far, each time counted
};

/// Claims the ids that are given; they come before ids that are made.
void claim_ids(StepReading& reading, std::vector<YamlNode> const& items);
[[nodiscard]] std::vector<StepSpec> read_step_items(StepReading& reading, std::vector<YamlNode> const& items,
                                                    bool beside_a_step);
/// The items of an included file, with its parameters replaced.
[[nodiscard]] std::vector<StepSpec> read_include(StepReading& reading, YamlNode const& node,
                                                 bool beside_a_step);

}  // namespace pgdrill::scenario
