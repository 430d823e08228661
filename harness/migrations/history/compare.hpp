// A history held against the migration files.
#pragma once
#include <vector>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

struct Comparison {
  std::vector<MigrationFile> pending;  ///< in the order in which the tool would run them
  std::vector<Finding> findings;
};

/// Adds to the history what only the files tell (Tool::complete) and compares: pending, changed, missing and
/// repeated versions, gaps. `files` are the tool's own (Tool::files).
[[nodiscard]] Comparison compare(Tool const& tool, History& history, std::vector<MigrationFile> files);

/// What the history shows by itself: versions that ran after a higher one.
[[nodiscard]] std::vector<Finding> check_order(Tool const& tool, History const& history);

}  // namespace pgdrill::migrations
