// Chapters register themselves by their last line: one file, one chapter.
#pragma once
#include "tests/conformance/framework/stage.hpp"

namespace pgdrill::conformance {

struct Chapter {
  std::string name;
  /// Chapters of a group are played one after another in one namespace.
  std::string group;
  int place = 0;  ///< within the group
  Task<> (*play)(Stage& stage);
  bool compared = true;  ///< false: only sets up what the others of its group need
};

[[nodiscard]] std::vector<Chapter>& chapters();
bool add_chapter(Chapter chapter);

}  // namespace pgdrill::conformance
