// The parts of evidence.html. Each gives HTML, or nothing when the run has nothing of it.
#pragma once
#include <string>
#include <vector>

#include "reports/verdict.hpp"

namespace pgdrill::reports {

/// A table with a caption and header cells; cells are HTML already. Empty text when there are no rows.
[[nodiscard]] std::string html_table(std::string const& caption, std::vector<std::string> const& header,
                                     std::vector<std::vector<std::string>> const& rows);
/// A word in the colour of its meaning: met, missed, ok, failed ...
[[nodiscard]] std::string status_word(std::string const& status);
[[nodiscard]] std::string seconds_text(Nanoseconds duration);
/// "GO", "NO-GO" or "INCONCLUSIVE".
[[nodiscard]] std::string decision_label(Verdict const& verdict);

[[nodiscard]] std::string objectives_table(Verdict const& verdict);
[[nodiscard]] std::string breakdown_table(Verdict const& verdict);
[[nodiscard]] std::string clocks_table(Verdict const& verdict);
[[nodiscard]] std::string steps_table(Run const& run);
[[nodiscard]] std::string marks_table(Run const& run);
[[nodiscard]] std::string faults_table(Run const& run);
[[nodiscard]] std::string witnesses_table(Run const& run);
[[nodiscard]] std::string checks_table(Run const& run);
[[nodiscard]] std::string findings_table(Run const& run);
[[nodiscard]] std::string outages_table(Verdict const& verdict);
[[nodiscard]] std::string ledgers_table(Run const& run);
[[nodiscard]] std::string undo_table(Run const& run);

/// What was rolled out and rolled back: migration and revert, with commits and what they changed.
[[nodiscard]] std::string rollout_results(Run const& run);
/// Where the time went as bars against the objective, and this run among earlier ones.
[[nodiscard]] std::string rto_breakdown(Run const& run, Verdict const& verdict);
/// Each kind of integrity before the change, at its worst and after the rollback.
[[nodiscard]] std::string integrity_table(Run const& run);
/// When to roll back, who decides, until when it is possible, and the exact commands, from what the run
/// captured and restored.
[[nodiscard]] std::string rollback_conditions(Run const& run, Verdict const& verdict);
/// What was backed up, captured and restored: ids, times, LSNs, timelines, revisions.
[[nodiscard]] std::string facts_section(Run const& run);
[[nodiscard]] std::string environment_section(Run const& run);
[[nodiscard]] std::string files_section(Verdict const& verdict);
/// What this run does not show.
[[nodiscard]] std::string scope_section(Run const& run, Verdict const& verdict);

}  // namespace pgdrill::reports
