// The sections of evidence.html that are more than a table of one list.
#pragma once
#include <string>
#include <vector>

#include "reports/verdict.hpp"

namespace pgdrill::reports {

/// A table with a header row; cells are HTML already. Empty text when there are no rows.
[[nodiscard]] std::string html_table(std::vector<std::string> const& header,
                                     std::vector<std::vector<std::string>> const& rows);
/// A word in the colour of its meaning: met, missed, ok, failed ...
[[nodiscard]] std::string status_word(std::string const& status);
/// When to roll back, until when it is possible, and the exact commands, from what the run captured and
/// restored.
[[nodiscard]] std::string rollback_conditions(Run const& run, Verdict const& verdict);
/// What was backed up, captured, migrated, reverted and restored: names, times, LSNs, commits.
[[nodiscard]] std::string facts_section(Run const& run);

}  // namespace pgdrill::reports
