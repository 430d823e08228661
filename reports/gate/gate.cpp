#include "reports/gate/gate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/statistics/smallest_shift.hpp"

namespace pgdrill::reports {

namespace {

Result<HistoryRun> read_candidate(std::filesystem::path const& path) {
  TRY(std::vector<std::filesystem::path> const journals, journals_at(path));
  std::vector<RunSummary> repeats;
  for (std::filesystem::path const& journal : journals) {
    TRY(RunSummary summary, summarize_journal(journal));
    repeats.push_back(std::move(summary));
  }
  return history_run(repeats);
}

Result<std::vector<HistoryRun>> read_candidates(std::vector<std::filesystem::path> const& paths) {
  std::vector<HistoryRun> runs;
  for (std::filesystem::path const& path : paths) {
    TRY(HistoryRun run, read_candidate(path));
    if (!runs.empty() && run.scenario != runs.front().scenario) {
      return fail({.kind = ErrorKind::usage,
                   .what = "the runs do not belong together",
                   .where = path.string(),
                   .why = fmt::format("scenario '{}' against '{}'", run.scenario, runs.front().scenario)});
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

std::optional<Acceptance> newest_acceptance(History const& history, std::string const& scenario,
                                            std::string const& metric) {
  std::optional<Acceptance> newest;
  for (Acceptance const& acceptance : history.acceptances) {
    bool const meant = acceptance.scenario == scenario &&
                       (metric.empty() || acceptance.metric.empty() || acceptance.metric == metric);
    if (meant && (!newest || acceptance.at >= newest->at)) newest = acceptance;
  }
  return newest;
}

/// Everything of one gate run before the rule is asked.
struct Material {
  std::vector<HistoryRun> candidates;
  std::vector<HistoryRun> pair_baselines;
  std::vector<HistoryRun> pair_candidates;
  History history;
};

Result<Material> read_material(GateRequest const& request) {
  Material material;
  TRY(material.candidates, read_candidates(request.candidates));
  TRY(material.pair_baselines, read_candidates(request.pair_baselines));
  TRY(material.pair_candidates, read_candidates(request.pair_candidates));
  if (material.pair_baselines.size() != material.pair_candidates.size()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "pairs are not complete",
                 .why = fmt::format("{} runs of the baseline, {} of the candidate",
                                    material.pair_baselines.size(), material.pair_candidates.size())});
  }
  if (!request.history.empty()) {
    TRY(material.history, read_history(request.history));
  }
  return material;
}

std::optional<double> objective_of(GateRequest const& request, HistoryRun const& candidate,
                                   std::string const& metric) {
  auto const given = request.limits.find(metric);
  if (given != request.limits.end()) return given->second;
  auto const found = candidate.objectives.find(metric);
  return found == candidate.objectives.end() ? std::nullopt : std::optional(found->second);
}

statistics::MetricInput input_of(GateRequest const& request, Material const& material,
                                 std::string const& metric, std::vector<HistoryRun const*> const& compared) {
  statistics::MetricInput input{.name = metric,
                                .floor = request.floor,
                                .objective = objective_of(request, material.candidates.front(), metric)};
  for (HistoryRun const* const run : compared) input.history.push_back(*run->value(metric));
  for (HistoryRun const& run : material.candidates) {
    if (auto const value = run.value(metric)) input.candidate.push_back(*value);
  }
  for (std::size_t i = 0; i < material.pair_baselines.size(); ++i) {
    auto const baseline = material.pair_baselines[i].value(metric);
    auto const candidate = material.pair_candidates[i].value(metric);
    if (baseline && candidate && *baseline > 0 && *candidate > 0)
      input.pairs.emplace_back(*baseline, *candidate);
  }
  return input;
}

void add_context(GateMetric& metric, statistics::MetricInput const& input,
                 std::vector<HistoryRun const*> const& compared, statistics::RuleSettings const& rule) {
  metric.objective = input.objective;
  metric.shift = statistics::estimate(input, metric.result);
  for (auto const& values : {input.history, input.candidate}) {
    metric.measured += values.size();
    metric.within_objective +=
        static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [&](double value) {
          return input.objective && value <= *input.objective;
        }));
  }
  metric.deviation = statistics::log_deviation(input.history);
  metric.correlation = statistics::lag_one_correlation(input.history);
  if (input.history.size() >= rule.minimum_runs) {
    // Two and three repeats of the same second have no deviation; nothing in nature is so steady.
    double const deviation = std::max(metric.deviation, 0.02);
    metric.smallest_shift =
        statistics::smallest_shift(input.history.size(), deviation, input.pairs.size(), rule);
  }
  std::vector<double> series = input.history;
  series.insert(series.end(), input.candidate.begin(), input.candidate.end());
  metric.level_shift = statistics::level_shift(series);
  metric.drift = statistics::anchored_drift(series);
  if (metric.level_shift && metric.level_shift->at < compared.size()) {
    HistoryRun const& first = *compared[metric.level_shift->at];
    metric.level_shift_run = first.run + " of " + first.started;
  }
}

void add_failures(GateReport& report, Material const& material) {
  for (HistoryRun const& run : material.candidates) {
    if (run.decision != "go")
      report.failures.push_back(fmt::format("run {} of the candidate is {}", run.run, run.decision));
  }
  for (GateMetric const& metric : report.metrics) {
    if (metric.result.over_objective) {
      report.failures.push_back(fmt::format("{} is over its hard limit of {} s", metric.result.name,
                                            fixed(metric.objective.value_or(0))));
    }
  }
}

void conclude(GateReport& report, Material const& material, bool require_history) {
  auto const any = [&](statistics::GateState state) {
    return std::any_of(report.metrics.begin(), report.metrics.end(),
                       [&](GateMetric const& metric) { return metric.result.state == state; });
  };
  bool const over = std::any_of(report.metrics.begin(), report.metrics.end(),
                                [](GateMetric const& metric) { return metric.result.over_objective; });
  bool const no_go = std::any_of(material.candidates.begin(), material.candidates.end(),
                                 [](HistoryRun const& run) { return run.decision == "no-go"; });
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
  } else if (any(GateState::no_verdict)) {
    report.state = "no_verdict";
    report.exit_code = require_history ? exit_inconclusive : exit_pass;
  } else {
    report.state = any(GateState::cleared) ? "cleared" : "pass";
  }
}

Result<> check_metrics(GateRequest const& request, HistoryRun const& candidate) {
  if (request.metrics.size() > request.rule.maximum_metrics) {
    return fail({.kind = ErrorKind::usage,
                 .what = "too many gating metrics",
                 .why = fmt::format("at most {}: each more makes every one of them weaker",
                                    request.rule.maximum_metrics)});
  }
  for (std::string const& metric : request.metrics) {
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

std::vector<HistoryRun const*> comparable_runs(History const& history, HistoryRun const& candidate,
                                               GateRequest const& request, std::string const& metric,
                                               Excluded& excluded) {
  std::optional<Acceptance> const accepted = newest_acceptance(history, candidate.scenario, metric);
  std::vector<HistoryRun const*> runs;
  for (HistoryRun const& run : history.runs) {
    bool const other_branch = (!request.branch.empty() && run.branch != request.branch) ||
                              (!request.tag.empty() && run.tag != request.tag);
    std::size_t* const counter =
        run.scenario != candidate.scenario                          ? &excluded.other_scenario
        : !same_fingerprint(run.fingerprint, candidate.fingerprint) ? &excluded.not_comparable
        : other_branch                                              ? &excluded.other_branch
        : run.decision != "go" || !run.value(metric).has_value() || *run.value(metric) <= 0 ? &excluded.failed
        : run.gate == "regressed" || run.gate == "suspect" ? &excluded.doubtful
        : accepted && run.started < accepted->at           ? &excluded.superseded
                                                           : nullptr;
    if (counter != nullptr) {
      ++*counter;
    } else if (run.run != candidate.run) {
      runs.push_back(&run);
    }
  }
  if (runs.size() > request.window)
    runs.erase(runs.begin(), runs.end() - static_cast<std::ptrdiff_t>(request.window));
  return runs;
}

Result<GateReport> run_gate(GateRequest const& request) {
  TRY(Material const material, read_material(request));
  HistoryRun const& candidate = material.candidates.front();
  TRY_VOID(check_metrics(request, candidate));
  GateReport report{.candidate = candidate,
                    .window = request.window,
                    .acceptance = newest_acceptance(material.history, candidate.scenario, ""),
                    .unreadable = material.history.unreadable};
  std::vector<statistics::MetricInput> inputs;
  std::vector<std::vector<HistoryRun const*>> compared;
  for (std::string const& metric : request.metrics) {
    report.excluded = {};
    compared.push_back(comparable_runs(material.history, candidate, request, metric, report.excluded));
    inputs.push_back(input_of(request, material, metric, compared.back()));
  }
  std::vector<statistics::MetricResult> results = statistics::judge_gate(inputs, request.rule);
  for (std::size_t i = 0; i < results.size(); ++i) {
    GateMetric metric{.result = std::move(results[i])};
    add_context(metric, inputs[i], compared[i], request.rule);
    report.metrics.push_back(std::move(metric));
  }
  add_failures(report, material);
  conclude(report, material, request.require_history);
  report.candidate.gate = report.state;
  return report;
}

Result<HistoryFigures> history_figures(std::filesystem::path const& journal,
                                       std::filesystem::path const& history) {
  GateRequest const request{.candidates = {journal}, .history = history};
  TRY(GateReport const report, run_gate(request));
  TRY(History const known, read_history(history));
  HistoryFigures figures;
  Excluded excluded;
  for (HistoryRun const* const run : comparable_runs(known, report.candidate, request, "rto", excluded))
    figures.runs.push_back({.started = run->started, .rto = *run->value("rto")});
  for (GateMetric const& metric : report.metrics) figures.sentence += explain(metric);
  return figures;
}

}  // namespace pgdrill::reports
