// A table over many runs: each journal is read, folded into one row and forgotten, so that the memory grows
// by a row of figures per run (docs/reports.md has them).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reports/run_summary.hpp"

namespace pgdrill::reports {

struct RunTable {
  std::vector<RunSummary> runs;         ///< by start
  std::vector<std::string> unreadable;  ///< journals that could not be read, with the reason
};

/// Errors: invalid, when no journal of them can be read.
[[nodiscard]] Result<RunTable> read_run_table(std::vector<std::filesystem::path> const& journals);

[[nodiscard]] std::string run_table_text(RunTable const& table);      ///< totals and the newest rows
[[nodiscard]] std::string run_table_csv(RunTable const& table);       ///< a line per run
[[nodiscard]] std::string run_table_markdown(RunTable const& table);  ///< per scenario
[[nodiscard]] std::string run_table_junit(RunTable const& table);     ///< a case per run

/// runs.csv, runs.md and junit.xml. Errors: io.
[[nodiscard]] Result<> write_run_table(RunTable const& table, std::filesystem::path const& directory);

}  // namespace pgdrill::reports
