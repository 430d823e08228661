#include "reports/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/gaps.hpp"

namespace pgdrill::reports {

namespace {

std::string error_text(json::object const& error) {
  auto const part = [&](std::string_view key) {
    json::value const* const value = error.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  std::string text = part("what");
  if (!part("why").empty()) text += (text.empty() ? "" : ": ") + part("why");
  if (!part("where").empty()) text += " (" + part("where") + ")";
  if (!part("todo").empty()) text += "; to mend it: " + part("todo");
  return text;
}

/// Collects exit codes with the sentences that explain them.
class Judgement {
 public:
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  void add(int code, std::string reason) { entries_.push_back({code, std::move(reason)}); }

  void finish(Verdict& verdict) const {
    constexpr std::array<int, 9> gravest_first{exit_bug,         exit_unclean,      exit_interrupted,
                                               exit_terminated,  exit_missed,       6 /*regression*/,
                                               exit_unreachable, exit_inconclusive, exit_pass};
    for (int const code : gravest_first) {
      for (Entry const& entry : entries_) {
        if (entry.code != code) continue;
        if (verdict.exit_codes.empty() || verdict.exit_codes.back() != code)
          verdict.exit_codes.push_back(code);
        verdict.reasons.push_back(entry.reason);
      }
    }
    verdict.exit_code = verdict.exit_codes.empty() ? exit_pass : verdict.exit_codes.front();
    verdict.decision = decision_of(verdict.exit_codes);
  }

 private:
  struct Entry {
    int code;
    std::string reason;
  };

  static std::string decision_of(std::vector<int> const& codes) {
    auto const has = [&](int code) { return std::find(codes.begin(), codes.end(), code) != codes.end(); };
    if (codes.empty() || codes.front() == exit_pass) return "go";
    return has(exit_missed) || has(exit_unclean) || has(6) ? "no-go" : "inconclusive";
  }

  std::vector<Entry> entries_;
};

/// An act is announced before it is done: from then on something may be broken; what cannot be undone is done
/// by faults alone. The drill's own schema breaks nothing.
bool anything_was_broken(Run const& run) {
  return std::any_of(run.undo.begin(), run.undo.end(),
                     [](UndoRecordState const& record) { return record.kind != "drop-schema"; }) ||
         std::any_of(run.faults.begin(), run.faults.end(),
                     [](FaultRecord const& fault) { return fault.applied_at >= 0; }) ||
         run.mark("damage-done") != nullptr;
}

void judge_steps(Run const& run, Judgement& judgement) {
  for (StepRecord const& step : run.steps) {
    if (step.status == "failed") {
      std::string const why = error_text(step.error);
      judgement.add(exit_missed, fmt::format("step {} failed{}", step.id, why.empty() ? "" : ": " + why));
    } else if (step.status == "error") {
      bool const harmless = !anything_was_broken(run);
      judgement.add(harmless ? exit_unreachable : exit_inconclusive,
                    fmt::format("step {} could not be done: {}", step.id, error_text(step.error)));
    }
  }
}

void judge_effects(Run const& run, Judgement& judgement) {
  for (Witness const& witness : run.witnesses) {
    if (witness.seen) continue;
    judgement.add(exit_inconclusive,
                  fmt::format("the effect of step {} has no witness: expected {} by {}, observed {}",
                              witness.subject, witness.expected, witness.channel, witness.observed));
  }
  for (Check const& check : run.checks) {
    if (check.status == "passed") continue;
    std::string text =
        fmt::format("check {}: expected {}, observed {}", check.name, check.expected, check.observed);
    if (!check.details.empty()) text += fmt::format(" ({})", check.details.front());
    judgement.add(check.status == "failed" ? exit_missed : exit_inconclusive, text);
  }
  for (ProbeRecord const& probe : run.probes) {
    if (!probe.error.empty()) {
      judgement.add(exit_inconclusive, fmt::format("probe {} ended early: {}", probe.name, probe.error));
    }
  }
}

std::vector<std::string> not_examined_by(Run const& run) {
  std::vector<std::string> all;
  for (Check const& check : run.checks) {
    for (std::string const& one : check.not_examined) all.push_back(fmt::format("{}: {}", check.name, one));
  }
  return all;
}

void judge_objective_results(Verdict const& verdict, Judgement& judgement) {
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.status == "missed") {
      judgement.add(
          exit_missed,
          objective.value
              ? fmt::format("objective {} missed: {} {} against {} {}", objective.name,
                            fixed(*objective.value), objective.unit, fixed(objective.limit), objective.unit)
              : fmt::format("objective {} missed: {}", objective.name, objective.detail));
    } else if (objective.status == "not-measured") {
      judgement.add(exit_inconclusive,
                    fmt::format("objective {} was not measured: {}", objective.name, objective.detail));
    }
  }
}

/// What demands nothing cannot fail, and so proves nothing. Control arms prove nothing of the rollback
/// anyway.
void judge_demands(Run const& run, Judgement& judgement) {
  bool const control = run.placebo || run.must_fail;
  if (control || run.demands_nothing || !run.objectives.empty() || run.status != "completed") return;
  judgement.add(exit_inconclusive,
                "the scenario has no objectives: nothing was demanded of the rollback, so nothing is proven");
}

void judge_undo(Run const& run, Judgement& judgement) {
  for (UndoRecordState const& record : run.undo) {
    if (record.status == "done") continue;
    std::string const why = record.error.empty() ? "it was not undone" : record.error;
    judgement.add(exit_unclean, fmt::format("not undone: {}: {}; run: pgdrill cleanup", record.summary, why));
  }
}

void judge_end(Run const& run, Judgement& judgement) {
  if (run.status.empty()) {
    judgement.add(exit_inconclusive, "the journal breaks off: the run did not come to its end");
  } else if (run.status == "interrupted") {
    bool const terminated = run.signal == "SIGTERM";
    judgement.add(terminated ? exit_terminated : exit_interrupted,
                  fmt::format("interrupted by {}", run.signal.empty() ? "a signal" : run.signal));
  } else if (run.status == "error") {
    json::value const* const kind = run.error.if_contains("kind");
    bool const bug = kind != nullptr && kind->is_string() && kind->get_string() == "internal";
    int const code = bug ? exit_bug : anything_was_broken(run) ? exit_inconclusive : exit_unreachable;
    judgement.add(code, "the run could not go on: " + error_text(run.error));
  }
  if (run.unreadable_lines > 1 || (run.unreadable_lines == 1 && !run.status.empty())) {
    judgement.add(exit_inconclusive,
                  fmt::format("{} lines of the journal cannot be read", run.unreadable_lines));
  }
}

/// Nothing that ended otherwise than it should is good because nothing says why.
void judge_unexplained(Run const& run, Judgement& judgement) {
  if (run.status != "completed" && judgement.empty())
    judgement.add(exit_inconclusive,
                  fmt::format("the run ended as '{}', and no part of it says why", run.status));
}

/// What a control arm says is about the drill, never about the rollback; and what was to prove nothing does.
void judge_purpose(Run const& run, Verdict& verdict) {
  auto const say = [&](std::string decision, std::string reason) {
    verdict.decision = std::move(decision);
    verdict.reasons.insert(verdict.reasons.begin(), std::move(reason));
  };
  if (run.placebo && verdict.decision == "go")
    say("inconclusive",
        "a placebo: its faults were left out, it shows what the harness costs and proves nothing");
  if (run.demands_nothing && verdict.decision == "go")
    say("inconclusive", "objectives: none; nothing was to be proven, and nothing is");
  if (!run.must_fail) return;
  if (verdict.exit_code == exit_pass) {
    verdict.exit_code = exit_missed;
    verdict.exit_codes = {exit_missed};
    say("no-go", "a negative control that passed: the drill is blind to what it must find");
  } else if (verdict.exit_code == exit_missed) {
    verdict.exit_code = exit_pass;
    verdict.exit_codes = {exit_pass};
    say("inconclusive", "a negative control: it failed, as it must, and proves nothing of the rollback");
  }
}

}  // namespace

Verdict judge(Run const& run) {
  Verdict verdict;
  verdict.rto = measure_rto(run);
  verdict.phases = phases_of(run, verdict.rto);
  verdict.clocks = compare_clocks(run);
  for (Series const& series : run.series) {
    std::vector<Outage> const outages = outages_of(series, run.undo_started);
    verdict.outages.insert(verdict.outages.end(), outages.begin(), outages.end());
  }
  verdict.objectives = judge_objectives(run, verdict.rto);
  Judgement judgement;
  judge_undo(run, judgement);
  judge_end(run, judgement);
  judge_steps(run, judgement);
  judge_objective_results(verdict, judgement);
  judge_demands(run, judgement);
  judge_effects(run, judgement);
  for (std::string& gap : gaps_of(run, verdict.rto)) judgement.add(exit_inconclusive, std::move(gap));
  judge_unexplained(run, judgement);
  judgement.finish(verdict);
  verdict.not_examined = not_examined_by(run);
  if (verdict.reasons.empty()) {
    verdict.exit_codes = {exit_pass};
    std::size_t const proven = run.witnesses.size();
    verdict.reasons.push_back(
        fmt::format("objectives met: {}; effects witnessed: {}; checks passed: {}; none failed",
                    verdict.objectives.size(), proven, run.checks.size()));
    if (!verdict.not_examined.empty())
      verdict.reasons.back() += fmt::format("; not examined: {}", verdict.not_examined.size());
  }
  judge_purpose(run, verdict);
  verdict.remediation = remediation_notes(run, verdict);
  return verdict;
}

}  // namespace pgdrill::reports
