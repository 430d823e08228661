#include <fmt/format.h>

#include <algorithm>

#include "reports/verdict.hpp"

namespace pgdrill::reports {

namespace {

std::string text(json::object const& object, std::string_view key) {
  json::value const* const value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string slowest_phase(std::vector<Phase> const& phases) {
  auto const slowest = std::max_element(phases.begin(), phases.end(), [](Phase const& a, Phase const& b) {
    return a.to - a.from < b.to - b.from;
  });
  if (slowest == phases.end()) return "";
  return fmt::format("; the longest part was {} with {:.3f} s", slowest->name,
                     static_cast<double>(slowest->to - slowest->from) / 1e9);
}

/// What a failed check of a subject calls for.
std::string_view advice_for(std::string_view subject) {
  if (subject == "data" || subject == "ledger" || subject == "marker") {
    return "the restored data is not the captured data: check the recovery target against the moment of the "
           "damage, and "
           "restore to an earlier one";
  }
  if (subject == "schema")
    return "the restored schema differs: compare the migrations in Git with the catalogue";
  if (subject == "writes") {
    return "acknowledged writes are missing: check that WAL was archived up to the target (pg_stat_archiver) "
           "and consider "
           "synchronous replication";
  }
  if (subject == "history") {
    return "the migration history does not fit the data: a later deployment would run or skip migrations "
           "wrongly";
  }
  if (subject == "archive" || subject == "backup") {
    return "point-in-time recovery is not safe to rely on: mend archiving and take a new base backup first";
  }
  return "compare what was expected with what was observed";
}

}  // namespace

std::vector<std::string> remediation_notes(Run const& run, Verdict const& verdict) {
  std::vector<std::string> notes;
  for (StepRecord const& step : run.steps) {
    std::string const todo = text(step.error, "todo");
    if (!todo.empty()) notes.push_back(fmt::format("step {}: {}", step.id, todo));
  }
  for (Check const& check : run.checks) {
    if (check.status == "failed")
      notes.push_back(fmt::format("check {}: {}", check.name, advice_for(check.subject)));
  }
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.name == "rto" && objective.status == "missed") {
      notes.push_back("the rollback takes too long" + slowest_phase(verdict.phases));
    }
    if (objective.status == "not-measured") {
      notes.push_back(fmt::format("objective {}: {}; add the probe or step that measures it", objective.name,
                                  objective.detail));
    }
  }
  for (UndoRecordState const& record : run.undo) {
    if (record.status != "done")
      notes.push_back(fmt::format("run `pgdrill cleanup`: {} is still open", record.summary));
  }
  return notes;
}

}  // namespace pgdrill::reports
