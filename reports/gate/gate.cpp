#include "reports/gate/gate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/gate/comparable.hpp"
#include "reports/statistics/smallest_shift.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::size_t largest_window = 1000;
/// The smallest shift that a history can show is found by trying, which takes minutes over larger ones; what
/// these show, more show too.
constexpr std::size_t most_runs_tried = 60;

/// A run that was there when its level was accepted is accepted with it; so are those after it, until there
/// are enough of them to compare with.
void apply_acceptance(statistics::MetricResult& result, HistoryRun const& candidate, History const& history,
                      Excluded const& excluded) {
  using statistics::GateState;
  std::optional<Acceptance> const accepted = newest_acceptance(history, candidate, result.name);
  if (!accepted) return;
  bool const doubtful = result.state == GateState::suspect || result.state == GateState::regressed;
  bool const was_there = candidate.started < accepted->at && doubtful;
  bool const too_few = result.state == GateState::no_verdict && excluded.superseded > 0;
  if (!was_there && !too_few) return;
  result.state = GateState::accepted;
  result.why = "a person accepted this level" + (too_few ? ", and " + result.why : "");
}

GateSettings const& defaults() {
  static GateSettings const all{.metrics = {"rto"},
                                .minimum_change = 15,
                                .floor = 2,
                                .window = default_window,
                                .require_history = false};
  return all;
}

statistics::RuleSettings rule_of(GateSettings const& settings) {
  statistics::RuleSettings rule;
  rule.minimum_ratio = 1 + settings.minimum_change.value_or(0) / 100;
  return rule;
}

std::optional<double> objective_of(GateSettings const& settings, HistoryRun const& candidate,
                                   std::string const& metric) {
  auto const given = settings.limits.find(metric);
  if (given != settings.limits.end()) return given->second;
  auto const found = candidate.objectives.find(metric);
  return found == candidate.objectives.end() ? std::nullopt : std::optional(found->second);
}

statistics::MetricInput input_of(GateSettings const& settings, GateMaterial const& material,
                                 std::string const& metric, std::vector<HistoryRun const*> const& compared) {
  statistics::MetricInput input{.name = metric,
                                .floor = settings.floor.value_or(0),
                                .objective = objective_of(settings, material.candidates.front(), metric)};
  for (HistoryRun const* const run : compared) input.history.push_back(*run->value(metric));
  for (HistoryRun const& run : material.candidates) {
    if (auto const value = run.value(metric)) input.candidate.push_back(*value);
  }
  for (std::size_t i = 0; i < material.pair_baselines.size(); ++i) {
    auto const baseline = material.pair_baselines[i].value(metric);
    auto const candidate = material.pair_candidates[i].value(metric);
    // One without a value is told as a failure.
    if (baseline && candidate && *baseline > 0 && *candidate > 0)
      input.pairs.emplace_back(*baseline, *candidate);
  }
  return input;
}

void add_coverage(GateMetric& metric, GateSettings const& settings, GateMaterial const& material) {
  if (!metric.objective) return;
  std::string const& name = metric.result.name;
  Coverage coverage =
      coverage_of(material.history, material.candidates.front(), settings, name, *metric.objective);
  for (HistoryRun const& run : material.candidates) coverage.add(run, name, *metric.objective);
  metric.measured = coverage.measured;
  metric.within_objective = coverage.within;
}

void add_context(GateMetric& metric, statistics::MetricInput const& input,
                 statistics::RuleSettings const& rule) {
  metric.objective = input.objective;
  metric.shift = statistics::estimate(input, metric.result);
  metric.deviation = statistics::log_deviation(input.history);
  metric.correlation = statistics::lag_one_correlation(input.history);
  if (input.history.size() >= rule.minimum_runs) {
    // Two and three repeats of the same second have no deviation; nothing in nature is so steady.
    double const deviation = std::max(metric.deviation, 0.02);
    metric.smallest_shift = statistics::smallest_shift(std::min(input.history.size(), most_runs_tried),
                                                       deviation, input.pairs.size(), rule);
  }
}

/// Advice looks back to the last accepted level: the gate's window slides along with what creeps.
void add_trend(GateMetric& metric, GateSettings settings, GateMaterial const& material) {
  settings.window.reset();
  Excluded ignored;
  std::string const& name = metric.result.name;
  std::vector<HistoryRun const*> const longer =
      comparable_runs(material.history, material.candidates.front(), settings, name, ignored);
  std::vector<double> series;
  for (HistoryRun const* const run : longer) series.push_back(*run->value(name));
  for (HistoryRun const& run : material.candidates) {
    if (auto const value = run.value(name)) series.push_back(*value);
  }
  metric.level_shift = statistics::level_shift(series);
  metric.drift = statistics::anchored_drift(series);
  if (metric.level_shift && metric.level_shift->at < longer.size()) {
    HistoryRun const& first = *longer[metric.level_shift->at];
    metric.level_shift_run = first.run + " of " + first.started;
  }
}

/// What a pair lacks is no reason to look at the others only: a rollback that never ended is the slowest of
/// all.
void add_pair_failures(GateReport& report, GateMaterial const& material) {
  for (HistoryRun const& run : material.pair_candidates) {
    if (run.decision != "go")
      report.failures.push_back(fmt::format("run {} of the pairs' candidate is {}", run.run, run.decision));
  }
  for (auto const* const runs : {&material.pair_baselines, &material.pair_candidates}) {
    for (HistoryRun const& run : *runs) {
      for (std::string const& metric : report.settings.metrics) {
        if (run.value(metric).value_or(0) <= 0)
          report.failures.push_back(fmt::format("run {} of the pairs did not measure {}", run.run, metric));
      }
    }
  }
}

void add_failures(GateReport& report, GateMaterial const& material) {
  for (HistoryRun const& run : material.candidates) {
    if (run.decision != "go")
      report.failures.push_back(fmt::format("run {} of the candidate is {}", run.run, run.decision));
  }
  add_pair_failures(report, material);
  for (GateMetric const& metric : report.metrics) {
    if (metric.result.over_objective && !report.settings.limits.contains(metric.result.name)) {
      report.failures.push_back(fmt::format("{} is over its objective of {} s", metric.result.name,
                                            fixed(metric.objective.value_or(0))));
    }
  }
  for (GateLimit const& limit : report.limits) {
    if (!limit.worst) {
      report.failures.push_back(fmt::format("{} was not measured by every run; its hard limit is {} s",
                                            limit.metric, fixed(limit.limit)));
    } else if (*limit.worst > limit.limit) {
      report.failures.push_back(fmt::format("{} of {} s is over its hard limit of {} s", limit.metric,
                                            fixed(*limit.worst), fixed(limit.limit)));
    }
  }
}

/// The worst repeat counts: a median would hide the one rollback that took too long.
std::vector<GateLimit> hard_limits(GateSettings const& settings, GateMaterial const& material) {
  std::vector<GateLimit> limits;
  for (auto const& [metric, limit] : settings.limits) {
    GateLimit held{.metric = metric, .limit = limit};
    bool all = true;
    for (HistoryRun const& run : material.candidates) {
      auto const values = run.values.find(metric);
      bool const measured = values != run.values.end() && !values->second.empty();
      all = all && measured;
      if (measured) held.worst = std::max(held.worst.value_or(0), *std::ranges::max_element(values->second));
    }
    if (!all && held.worst.value_or(0) <= limit) held.worst.reset();
    limits.push_back(std::move(held));
  }
  return limits;
}

void conclude(GateReport& report, GateMaterial const& material) {
  auto const any = [&](statistics::GateState state) {
    return std::any_of(report.metrics.begin(), report.metrics.end(),
                       [&](GateMetric const& metric) { return metric.result.state == state; });
  };
  bool const over = std::any_of(report.metrics.begin(), report.metrics.end(),
                                [](GateMetric const& metric) { return metric.result.over_objective; }) ||
                    std::any_of(report.limits.begin(), report.limits.end(),
                                [](GateLimit const& limit) { return limit.worst.value_or(0) > limit.limit; });
  auto const is_no_go = [](HistoryRun const& run) { return run.decision == "no-go"; };
  bool const no_go = std::ranges::any_of(material.candidates, is_no_go) ||
                     std::ranges::any_of(material.pair_candidates, is_no_go);
  using statistics::GateState;
  if (over || no_go) {
    report.state = "failed";
    report.exit_code = exit_missed;
  } else if (any(GateState::regressed)) {
    report.state = "regressed";
    report.exit_code = exit_regressed;
  } else if (any(GateState::suspect)) {
    report.state = "suspect";
    report.exit_code = exit_suspect;
  } else if (!report.failures.empty()) {
    report.state = "failed";
    report.exit_code = exit_inconclusive;
  } else if (any(GateState::no_verdict) || any(GateState::accepted)) {
    bool const too_few =
        std::any_of(report.metrics.begin(), report.metrics.end(), [](GateMetric const& metric) {
          return metric.result.n < statistics::RuleSettings().minimum_runs &&
                 metric.result.design == "screen";
        });
    report.state = any(GateState::no_verdict) ? "no_verdict" : "accepted";
    report.exit_code =
        too_few && report.settings.require_history.value_or(false) ? exit_inconclusive : exit_pass;
  } else {
    report.state = any(GateState::cleared) ? "cleared" : "pass";
  }
}

Result<> check_window(std::size_t window) {
  std::size_t const least = statistics::RuleSettings().minimum_runs;
  if (window >= least && window <= largest_window) return {};
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("a window of {} runs cannot be compared with", window),
               .why = fmt::format("it takes {} to {} runs", least, largest_window)});
}

Result<> check_metrics(GateSettings const& settings, HistoryRun const& candidate) {
  std::size_t const most = statistics::RuleSettings().maximum_metrics;
  if (settings.metrics.size() > most) {
    return fail({.kind = ErrorKind::usage,
                 .what = "too many gating metrics",
                 .why = fmt::format("at most {}: each more makes every one of them weaker", most)});
  }
  for (std::string const& metric : settings.metrics) {
    if (metric == "rpo") {
      return fail({.kind = ErrorKind::usage,
                   .what = "rpo cannot gate",
                   .why = "it is 0 in every good run, and nothing is so many percent more than 0",
                   .todo = "hold it by a limit: --limit rpo=5s, or an objective of the scenario"});
    }
    if (candidate.values.contains(metric) || candidate.decision != "go") continue;
    std::string known;
    for (auto const& entry : candidate.values) known += (known.empty() ? "" : ", ") + entry.first;
    return fail({.kind = ErrorKind::usage,
                 .what = "the candidate has no metric '" + metric + "'",
                 .where = candidate.run,
                 .why = "it has " + known});
  }
  return {};
}

}  // namespace

Result<GateReport> run_gate(GateRequest const& request) {
  TRY(GateMaterial const material, read_material(request));
  return judge_material(material, request.settings);
}

Result<GateReport> judge_material(GateMaterial const& material, GateSettings const& given) {
  HistoryRun const& candidate = material.candidates.front();
  GateSettings const settings = merged(merged(given, candidate.settings), defaults());
  TRY_VOID(check_window(settings.window.value_or(default_window)));
  TRY_VOID(check_metrics(settings, candidate));
  statistics::RuleSettings const rule = rule_of(settings);
  GateReport report{.candidate = candidate,
                    .limits = hard_limits(settings, material),
                    .settings = settings,
                    .acceptance = newest_acceptance(material.history, candidate, ""),
                    .expired = newest_acceptance(material.history, candidate, "", false),
                    .unreadable = material.history.unreadable};
  std::vector<statistics::MetricInput> inputs;
  std::vector<Excluded> excluded;
  for (std::string const& metric : settings.metrics) {
    report.excluded = {};
    auto const compared = comparable_runs(material.history, candidate, settings, metric, report.excluded);
    inputs.push_back(input_of(settings, material, metric, compared));
    excluded.push_back(report.excluded);
  }
  std::vector<statistics::MetricResult> results = statistics::judge_gate(inputs, rule);
  for (std::size_t i = 0; i < results.size(); ++i) {
    apply_acceptance(results[i], candidate, material.history, excluded[i]);
    GateMetric metric{.result = std::move(results[i])};
    add_context(metric, inputs[i], rule);
    add_coverage(metric, settings, material);
    add_trend(metric, settings, material);
    report.metrics.push_back(std::move(metric));
  }
  add_failures(report, material);
  conclude(report, material);
  report.candidate.gate = report.state;
  return report;
}

std::vector<statistics::MetricResult> screen_run(HistoryRun const& candidate, History const& history) {
  GateSettings const settings = merged(candidate.settings, defaults());
  GateMaterial const material{.candidates = {candidate}};
  std::vector<statistics::MetricInput> inputs;
  std::vector<Excluded> excluded;
  for (std::string const& metric : settings.metrics) {
    if (!candidate.value(metric)) continue;
    auto const compared = comparable_runs(history, candidate, settings, metric, excluded.emplace_back());
    inputs.push_back(input_of(settings, material, metric, compared));
  }
  std::vector<statistics::MetricResult> results = statistics::judge_gate(inputs, rule_of(settings));
  auto const recorded = std::find_if(history.runs.begin(), history.runs.end(),
                                     [&](HistoryRun const& run) { return run.run == candidate.run; });
  std::string const decided = recorded == history.runs.end() ? "" : recorded->gate;
  using statistics::GateState;
  for (std::size_t i = 0; i < results.size(); ++i) {
    bool const suspect = results[i].state == GateState::suspect;
    if (suspect && decided == "cleared") results[i].state = GateState::cleared;
    if (suspect && decided == "regressed") results[i].state = GateState::regressed;
    apply_acceptance(results[i], candidate, history, excluded[i]);
  }
  return results;
}

Result<HistoryFigures> history_figures(std::filesystem::path const& journal,
                                       std::filesystem::path const& history) {
  GateRequest const request{.candidates = {journal}, .history = history};
  TRY(GateReport const report, run_gate(request));
  TRY(History const known, read_history(history));
  HistoryFigures figures;
  Excluded excluded;
  for (HistoryRun const* const run :
       comparable_runs(known, report.candidate, report.settings, "rto", excluded))
    figures.runs.push_back({.started = run->started, .rto = *run->value("rto")});
  for (GateMetric const& metric : report.metrics) figures.sentence += explain(metric);
  return figures;
}

}  // namespace pgdrill::reports
