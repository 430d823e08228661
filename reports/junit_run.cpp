// junit.xml of a run: a case per step, witness, check, objective and the undo; names without numbers, since
// readers keep history by name. `failure` = the rollback property is disproved, `error` = it could not be
// decided.
#include <fmt/format.h>

#include "reports/junit.hpp"
#include "reports/report.hpp"

namespace pgdrill::reports {

namespace {

using Case = JunitCase;
using Outcome = JunitCase::Outcome;

std::string error_text(json::object const& error) {
  std::string text;
  for (std::string_view const key : {"what", "why", "where", "todo"}) {
    json::value const* const value = error.if_contains(key);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) continue;
    text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", key, std::string_view(value->get_string()));
  }
  return text;
}

Case step_case(StepRecord const& step) {
  Case result{.name = "step " + step.id};
  if (step.started >= 0 && step.ended >= 0) result.duration = step.ended - step.started;
  if (step.status == "ok") return result;
  result.body = error_text(step.error);
  result.message = step.title + ": " + step.status;
  result.outcome = step.status == "failed"                                ? Outcome::failed
                   : step.status == "skipped" || step.status == "planned" ? Outcome::skipped
                                                                          : Outcome::error;
  return result;
}

Case check_case(Check const& check) {
  Case result{.name = "check " + check.name};
  for (std::string const& one : check.not_examined) result.body += "not examined: " + one + "\n";
  if (check.status == "passed") return result;
  result.outcome = check.status == "failed" ? Outcome::failed : Outcome::error;
  result.message = fmt::format("expected {}, observed {}", check.expected, check.observed);
  for (std::string const& detail : check.details) result.body += detail + "\n";
  return result;
}

Case witness_case(Witness const& witness) {
  Case result{.name = "witness of step " + witness.subject};
  if (witness.seen) return result;
  result.outcome = Outcome::error;
  result.message =
      fmt::format("expected {} by {}, observed {}", witness.expected, witness.channel, witness.observed);
  result.body = witness.detail;
  return result;
}

Case objective_case(ObjectiveResult const& objective) {
  Case result{.name = "objective " + objective.name};
  if (objective.status == "met") return result;
  result.outcome = objective.status == "missed" ? Outcome::failed : Outcome::error;
  result.message = objective.value ? fmt::format("{} {} against {} {}", fixed(*objective.value),
                                                 objective.unit, fixed(objective.limit), objective.unit)
                                   : objective.status + ": " + objective.detail;
  result.body = objective.detail;
  return result;
}

Case undo_case(Run const& run) {
  Case result{.name = "everything undone"};
  for (UndoRecordState const& record : run.undo) {
    if (record.status == "done") continue;
    result.outcome = Outcome::failed;
    result.message = "something may still be broken: run pgdrill cleanup";
    result.body +=
        record.summary + ": " + record.status + (record.error.empty() ? "" : ": " + record.error) + "\n";
  }
  return result;
}

Case end_case(Run const& run) {
  Case result{.name = "run came to its end"};
  if (run.status == "completed" || run.status == "failed") return result;
  result.outcome = Outcome::error;
  result.message = run.status.empty() ? "the journal breaks off" : "run ended as " + run.status;
  result.body = error_text(run.error);
  return result;
}

std::vector<Case> cases_of(Run const& run, Verdict const& verdict) {
  std::vector<Case> cases;
  for (StepRecord const& step : run.steps) cases.push_back(step_case(step));
  for (Witness const& witness : run.witnesses) cases.push_back(witness_case(witness));
  for (Check const& check : run.checks) cases.push_back(check_case(check));
  for (ObjectiveResult const& objective : verdict.objectives) cases.push_back(objective_case(objective));
  cases.push_back(undo_case(run));
  cases.push_back(end_case(run));
  return cases;
}

std::string render_junit(Run const& run, Verdict const& verdict) {
  JunitSuite suite{.name = run.scenario_name(),
                   .classname = "pgdrill." + run.scenario_name(),
                   .started = run.started_wall,
                   .duration = run.ended};
  suite.properties = {{"run", run.id}, {"decision", verdict.decision}, {"pgdrill", run.version}};
  suite.cases = cases_of(run, verdict);
  return junit_document({std::move(suite)});
}

RegisterReport const registered("junit.xml", &render_junit,
                                "JUnit for CI: a case per step, witness, check and objective");

}  // namespace
}  // namespace pgdrill::reports
