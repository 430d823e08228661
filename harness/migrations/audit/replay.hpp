// What migrations in SQL leave behind when they are run from an empty database, by PostgreSQL's own parser.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "harness/migrations/half_applied/detector.hpp"
#include "harness/migrations/history/source.hpp"
#include "harness/migrations/review/schema.hpp"

namespace pgdrill::migrations {

struct Replay {
  review::Schema schema;
  std::map<std::string, std::string>
      makers;                       ///< "table" or "table.column", lower case -> the file that made it last
  std::vector<std::string> unread;  ///< files with a statement that could not be parsed
};

/// Runs the up sections of the .sql files, in their order.
[[nodiscard]] Replay replay(std::vector<SourceFile> const& files);
/// Goes on from there.
void replay_more(Replay& replay, std::vector<SourceFile> const& files);

/// Columns that must have a default: by what has run or, for a column that only a pending file makes (which
/// was cut off when the column is there), by that file.
[[nodiscard]] std::vector<ExpectedColumn> expected_columns(std::vector<SourceFile> const& applied,
                                                           std::vector<SourceFile> const& pending);

}  // namespace pgdrill::migrations
