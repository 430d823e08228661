// junit.xml of a run: a case per step, probe, witness, check, objective and the undo; names without numbers,
// since readers keep history by name, and with a case for what was not reached where the plan names it.
// `failure` = the rollback property is disproved, `error` = it could not be decided.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <queue>

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

/// Why a check that was planned was not made.
Case missed_check_case(Run const& run, PlannedCheck const& planned) {
  Case result{.name = "check " + planned.name, .outcome = Outcome::skipped};
  auto const step = std::find_if(run.steps.begin(), run.steps.end(),
                                 [&](StepRecord const& one) { return one.id == planned.step; });
  if (step == run.steps.end()) {
    result.message = "the run did not come so far";
  } else if (step->status == "skipped" || step->status == "planned") {
    result.message = "the run did not come to its step " + step->id;
  } else {
    result.message = "its step " + step->id + " did not come so far: it " +
                     (step->status == "started" ? "did not end" : "ended as " + step->status);
  }
  return result;
}

/// Those of the plan in its order, so that a run that breaks off has the same ones; then those that no plan
/// told, as in journals of older versions.
std::vector<Case> check_cases(Run const& run) {
  std::map<std::pair<std::string_view, std::string_view>, std::queue<std::size_t>> made;
  for (std::size_t i = 0; i < run.checks.size(); ++i) made[{run.checks[i].step, run.checks[i].name}].push(i);
  std::vector<Case> cases;
  std::vector<bool> told(run.checks.size());
  for (PlannedCheck const& planned : run.planned_checks) {
    std::queue<std::size_t>& left = made[{planned.step, planned.name}];
    if (left.empty()) {
      cases.push_back(missed_check_case(run, planned));
    } else {
      cases.push_back(check_case(run.checks[left.front()]));
      told[left.front()] = true;
      left.pop();
    }
  }
  for (std::size_t i = 0; i < run.checks.size(); ++i) {
    if (!told[i]) cases.push_back(check_case(run.checks[i]));
  }
  return cases;
}

/// What the last answers of a probe were, class by class, before the undo began.
struct LastAnswers {
  std::size_t samples = 0;
  std::vector<std::string> not_right;  ///< one text per class
  std::string text;                    ///< of all classes
};

std::string_view status_of(Sample const& sample) {
  return sample.status == Sample::Status::right   ? "right"
         : sample.status == Sample::Status::wrong ? "wrong"
                                                  : "failed";
}

LastAnswers last_answers(Run const& run, std::string const& probe) {
  LastAnswers answers;
  for (Series const& series : run.series) {
    if (series.probe != probe) continue;
    Sample const* last = nullptr;
    for (Sample const& sample : series.samples) {
      if (!tells_of_time_before(sample, run.undo_started)) continue;
      ++answers.samples;
      last = &sample;
    }
    if (last == nullptr) continue;
    std::string const text = fmt::format("{}: the last answer was {}{}", series.sample_class,
                                         status_of(*last), last->why.empty() ? "" : ": " + last->why);
    answers.text += text + "\n";
    if (last->status != Sample::Status::right) answers.not_right.push_back(text);
  }
  return answers;
}

/// A probe proves that the service answers rightly at the end. Only a run that did all that it had to do
/// disproves it; one that stopped before may have stopped too early. What does not count for the RTO is
/// evidence and decides nothing.
Case probe_case(Run const& run, ProbeRecord const& probe, Rto const& rto) {
  Case result{.name = "probe " + probe.name};
  LastAnswers const answers = last_answers(run, probe.name);
  result.body = answers.text;
  bool const silent = std::any_of(run.series.begin(), run.series.end(), [&](Series const& series) {
    return series.probe == probe.name && silent_since(run, series, rto);
  });
  if (!probe.error.empty()) {
    result.outcome = Outcome::error;
    result.message = "it ended early: " + probe.error;
  } else if (silent) {
    result.outcome = Outcome::error;
    result.message = "it fell silent before the recovery";
  } else if (answers.samples == 0) {
    result.outcome = probe.counts_for_rto ? Outcome::error : Outcome::skipped;
    result.message = "it has no sample";
  } else if (!answers.not_right.empty()) {
    result.outcome = !probe.counts_for_rto       ? Outcome::skipped
                     : run.status == "completed" ? Outcome::failed
                                                 : Outcome::error;
    result.message = answers.not_right.front();
    if (!probe.counts_for_rto) result.message += "; it does not count for the RTO";
  }
  return result;
}

/// One case for all witnesses of a step: how many there are differs from run to run.
Case witness_case(Run const& run, std::string const& step) {
  Case result{.name = "witness of step " + step, .outcome = Outcome::skipped};
  result.message = "the effect did not come to be seen: it was left out, or the run did not come so far";
  for (Witness const& witness : run.witnesses) {
    if (witness.subject != step) continue;
    if (result.outcome == Outcome::skipped) result.outcome = Outcome::passed;
    std::string const text =
        fmt::format("expected {} by {}, observed {}", witness.expected, witness.channel, witness.observed);
    if (!witness.seen && result.outcome != Outcome::error) {
      result.outcome = Outcome::error;
      result.message = text;
    }
    result.body += fmt::format("{}: {}{}\n", witness.seen ? "seen" : "missing", text,
                               witness.detail.empty() ? "" : " (" + witness.detail + ")");
  }
  return result;
}

std::vector<Case> witness_cases(Run const& run) {
  std::vector<std::string> steps;
  auto const add = [&](std::string const& step) {
    if (std::find(steps.begin(), steps.end(), step) == steps.end()) steps.push_back(step);
  };
  for (StepRecord const& step : run.steps) {
    if (step.effect || step.fault) add(step.id);
  }
  for (Witness const& witness : run.witnesses) add(witness.subject);
  std::vector<Case> cases;
  for (std::string const& step : steps) cases.push_back(witness_case(run, step));
  return cases;
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

/// Of a run that demands nothing: an error, unless it is known to prove nothing.
Case no_objective_case(Run const& run) {
  bool const known = run.demands_nothing || run.placebo || run.must_fail;
  return {.name = "objectives",
          .outcome = known ? Outcome::skipped : Outcome::error,
          .message = "the scenario has none: nothing was demanded of the rollback"};
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
  for (ProbeRecord const& probe : run.probes) cases.push_back(probe_case(run, probe, verdict.rto));
  for (Case& witness : witness_cases(run)) cases.push_back(std::move(witness));
  for (Case& check : check_cases(run)) cases.push_back(std::move(check));
  for (ObjectiveResult const& objective : verdict.objectives) cases.push_back(objective_case(objective));
  if (run.objectives.empty()) cases.push_back(no_objective_case(run));
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
                                "JUnit for CI: a case per step, probe, witness, check and objective");

}  // namespace
}  // namespace pgdrill::reports
