#include "reports/statistics/gate_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pgdrill::statistics {

namespace {

std::vector<double> log_ratios(std::vector<std::pair<double, double>> const& pairs) {
  std::vector<double> ratios;
  for (auto const& [baseline, candidate] : pairs) ratios.push_back(std::log(candidate / baseline));
  return ratios;
}

/// Whether the effect counts; the test says whether it is chance.
bool large_enough(MetricInput const& metric, double baseline, double value, double ratio) {
  return value >= ratio * baseline && value - baseline >= metric.floor;
}

void screen(MetricInput const& metric, RuleSettings const& settings, MetricResult& result) {
  auto const as_slow = std::count_if(metric.history.begin(), metric.history.end(),
                                     [&](double value) { return value >= result.value; });
  double const n = static_cast<double>(metric.history.size());
  result.baseline = median(metric.history);
  result.ratio = result.value / result.baseline;
  result.screen_p = static_cast<double>(1 + as_slow) / (n + 1);
  result.baseline_interval = median_interval(metric.history);
  result.was_suspect = static_cast<double>(as_slow) <= settings.screen_level * n &&
                       large_enough(metric, result.baseline, result.value, settings.screen_ratio());
}

MetricResult screened(MetricInput const& metric, RuleSettings const& settings) {
  MetricResult result{.name = metric.name, .n = metric.history.size()};
  if (metric.objective) {
    result.over_objective = std::any_of(metric.candidate.begin(), metric.candidate.end(),
                                        [&](double value) { return value > *metric.objective; });
  }
  if (metric.candidate.empty() && metric.pairs.empty()) {
    result.why = "the candidate has no value of it";
    return result;
  }
  result.value = metric.candidate.empty() ? metric.pairs.front().second : metric.candidate.front();
  if (metric.history.size() >= settings.minimum_runs) {
    screen(metric, settings, result);
    if (!result.was_suspect) {
      result.state = GateState::pass;
      result.why = "the run lies within what history shows, or above it by less than counts";
    }
    return result;
  }
  // Pairs need no history: the one honest answer at its beginning.
  result.was_suspect = !metric.pairs.empty();
  result.why = fmt::format("{} of {} runs of comparable history", result.n, settings.minimum_runs);
  if (!metric.history.empty() && metric.pairs.empty()) {
    result.baseline = median(metric.history);
    result.ratio = result.value / result.baseline;
  }
  return result;
}

/// One metric's confirming test; empty when runs or pairs are missing.
struct Confirmation {
  std::size_t metric = 0;
  double p = 1;
  bool effect = false;
};

void missing(MetricResult& result, RuleSettings const& settings, std::string why) {
  result.state = result.n < settings.minimum_runs ? GateState::no_verdict : GateState::suspect;
  result.why = std::move(why);
}

/// Too few runs of history say nothing, not even where the level is: then the pairs speak for themselves.
void take_baseline_of_pairs(MetricInput const& metric, MetricResult& result) {
  std::vector<double> baseline;
  for (auto const& pair : metric.pairs) baseline.push_back(pair.first);
  result.baseline = median(std::move(baseline));
  result.ratio = result.value / result.baseline;
}

std::optional<Confirmation> confirm_pairs(MetricInput const& metric, std::size_t suspects,
                                          RuleSettings const& settings, MetricResult& result) {
  static_cast<void>(suspects);  // so many pairs reach what Holm's procedure asks of three metrics
  result.design = "paired";
  result.level = settings.paired_level;
  result.confirmations = metric.pairs.size();
  if (result.n < settings.minimum_runs) take_baseline_of_pairs(metric, result);
  if (metric.pairs.size() < settings.minimum_pairs) {
    missing(
        result, settings,
        fmt::format("{} pairs decide nothing: {} are needed", metric.pairs.size(), settings.minimum_pairs));
    return std::nullopt;
  }
  std::vector<double> const ratios = log_ratios(metric.pairs);
  result.p = sign_flip_p(limited(ratios));
  double const slowed = result.baseline * shift_of_pairs(ratios).ratio;
  return Confirmation{.p = *result.p,
                      .effect = large_enough(metric, result.baseline, slowed, settings.minimum_ratio)};
}

std::optional<Confirmation> confirm_fresh(MetricInput const& metric, std::size_t suspects,
                                          RuleSettings const& settings, MetricResult& result) {
  result.design = "fresh";
  result.level = settings.fresh_level;
  result.confirmations = metric.candidate.size();
  if (metric.candidate.size() < settings.fresh_runs) {
    missing(result, settings,
            fmt::format("suspect; {} more runs of the candidate confirm or clear it",
                        settings.fresh_runs - metric.candidate.size()));
    return std::nullopt;
  }
  // With Holm the least p that can be reached must suffice: it is 1 / C(n + k, k).
  double least = 1;
  for (std::size_t i = 1; i <= metric.candidate.size(); ++i)
    least *= static_cast<double>(i) / static_cast<double>(metric.history.size() + i);
  if (least > settings.fresh_level / static_cast<double>(suspects)) {
    result.state = GateState::no_verdict;
    result.why = fmt::format("{} runs of history cannot decide {} metrics at once", result.n, suspects);
    return std::nullopt;
  }
  result.p = rank_sum_p(metric.history, metric.candidate);
  double const middle = median(metric.candidate);
  return Confirmation{.p = *result.p,
                      .effect = large_enough(metric, result.baseline, middle, settings.minimum_ratio)};
}

void conclude(std::vector<Confirmation> const& confirmations, std::vector<MetricResult>& results) {
  std::vector<double> p;
  for (Confirmation const& confirmation : confirmations) {
    // Held against levels of their own, so that one procedure serves both designs.
    p.push_back(confirmation.p / results[confirmation.metric].level);
  }
  std::vector<bool> const rejected = holm(p, 1);
  for (std::size_t i = 0; i < confirmations.size(); ++i) {
    MetricResult& result = results[confirmations[i].metric];
    bool const regressed = rejected[i] && confirmations[i].effect;
    result.state = regressed ? GateState::regressed : GateState::cleared;
    result.why = regressed      ? "it is slower, and chance does not explain it"
                 : !rejected[i] ? "suspect, but chance may explain it: cleared"
                                : "suspect, but the effect is smaller than counts: cleared";
  }
}

}  // namespace

char const* name_of(GateState state) {
  switch (state) {
    case GateState::pass:
      return "pass";
    case GateState::cleared:
      return "cleared";
    case GateState::regressed:
      return "regressed";
    case GateState::suspect:
      return "suspect";
    case GateState::no_verdict:
      return "no_verdict";
    case GateState::accepted:
      return "accepted";
  }
  return "no_verdict";
}

std::vector<MetricResult> judge_gate(std::vector<MetricInput> const& metrics, RuleSettings const& settings) {
  std::vector<MetricResult> results;
  for (MetricInput const& metric : metrics) results.push_back(screened(metric, settings));
  auto const suspects = static_cast<std::size_t>(std::count_if(
      results.begin(), results.end(), [](MetricResult const& result) { return result.was_suspect; }));
  std::vector<Confirmation> confirmations;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (!results[i].was_suspect) continue;
    auto const confirm = metrics[i].pairs.empty() ? &confirm_fresh : &confirm_pairs;
    std::optional<Confirmation> confirmation = confirm(metrics[i], suspects, settings, results[i]);
    if (!confirmation) continue;
    confirmation->metric = i;
    confirmations.push_back(*confirmation);
  }
  conclude(confirmations, results);
  return results;
}

std::optional<Shift> estimate(MetricInput const& metric, MetricResult const& result) {
  if (result.design == "paired" && !metric.pairs.empty()) return shift_of_pairs(log_ratios(metric.pairs));
  if (metric.history.empty() || metric.candidate.empty()) return std::nullopt;
  return shift_of(metric.history, result.design == "fresh" ? metric.candidate : std::vector{result.value});
}

}  // namespace pgdrill::statistics
