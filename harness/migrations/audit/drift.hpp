// The third way of an audit: history, files, and the live catalogue. What stands in the catalogue and in no
// migration that has run was made by hand, or by a migration that was cut off.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

/// The files of one history, told apart by whether they have run.
struct RunFiles {
  std::string tool;
  std::vector<SourceFile> applied;
  std::vector<SourceFile> pending;
  /// Paths of pending files that may have run to their end: a step back over them was cut off.
  std::set<std::string> perhaps_run = {};
};

/// Sorts the sources of a tool by what has run; sources that are no migration (helpers) count as applied.
[[nodiscard]] RunFiles split_sources(Tool const& tool, std::vector<SourceFile> const& sources,
                                     std::vector<MigrationFile> const& pending);

/// For migrations in SQL: replays what has run with PostgreSQL's parser and compares tables and columns.
/// `tables` are the live ones without those of the tools. Tables that nobody made are said when `whole` is
/// true: all that makes tables in this database is among the files.
[[nodiscard]] std::vector<Finding> drift_by_sql(RunFiles const& files, std::vector<Table> const& tables,
                                                bool whole);

/// Paths of the pending files of which a table or column is there.
[[nodiscard]] std::set<std::string> pending_in_place(RunFiles const& files, std::vector<Table> const& tables);

/// For migrations in a programming language: a column whose name no file holds as a word. Weaker: a name that
/// is mentioned anywhere is taken for made.
[[nodiscard]] std::vector<Finding> drift_by_words(RunFiles const& files, std::vector<Table> const& tables);

/// Whether the tool's migrations are SQL.
[[nodiscard]] bool written_in_sql(RunFiles const& files);

}  // namespace pgdrill::migrations
