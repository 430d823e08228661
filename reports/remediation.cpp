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

using Notes = std::vector<std::string>;

void add_steps(Notes& notes, Run const& run) {
  for (StepRecord const& step : run.steps) {
    std::string const todo = text(step.error, "todo");
    if (!todo.empty()) notes.push_back(fmt::format("step {}: {}", step.id, todo));
  }
}

void add_checks(Notes& notes, Run const& run) {
  for (Check const& check : run.checks) {
    if (check.status == "failed")
      notes.push_back(fmt::format("check {}: {}", check.name, advice_for(check.subject)));
    if (check.status == "undecided") {
      notes.push_back(
          fmt::format("check {}: it got no answer ({}): mend what kept it from one, and run the drill again",
                      check.name, check.observed));
    }
  }
}

/// Without its effect a fault tests nothing.
void add_witnesses(Notes& notes, Run const& run) {
  for (Witness const& witness : run.witnesses) {
    if (witness.seen) continue;
    notes.push_back(
        fmt::format("step {}: nobody saw its effect ({}): look whether it reached its target while that was "
                    "there, give it more time or another moment, and run the drill again",
                    witness.subject, witness.observed));
  }
}

void add_objectives(Notes& notes, Verdict const& verdict) {
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.status == "not-measured") {
      notes.push_back(fmt::format("objective {}: {}; add the probe or step that measures it", objective.name,
                                  objective.detail));
    }
    if (objective.status != "missed") continue;
    if (objective.name == "rto") {
      notes.push_back("the rollback takes too long" + slowest_phase(verdict.phases));
    } else if (objective.name == "rpo") {
      notes.push_back(
          fmt::format("the rollback loses too much ({}): restore to a later target, archive WAL "
                      "more often (archive_timeout), or replicate synchronously",
                      objective.detail));
    } else if (objective.name == "integrity") {
      notes.push_back(
          fmt::format("what was restored differs from what was captured (differences: {}): keep clients "
                      "away from it, and restore to an earlier target or mend what the failed checks name",
                      fixed(objective.value.value_or(0))));
    }
  }
}

void add_undo(Notes& notes, Run const& run) {
  for (UndoRecordState const& record : run.undo) {
    if (record.status != "done")
      notes.push_back(fmt::format("run `pgdrill cleanup`: {} is still open", record.summary));
  }
}

}  // namespace

std::vector<std::string> remediation_notes(Run const& run, Verdict const& verdict) {
  Notes notes;
  add_steps(notes, run);
  add_checks(notes, run);
  add_witnesses(notes, run);
  add_objectives(notes, verdict);
  add_undo(notes, run);
  return notes;
}

}  // namespace pgdrill::reports
