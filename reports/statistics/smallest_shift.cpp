#include "reports/statistics/smallest_shift.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/statistics/random.hpp"

namespace pgdrill::statistics {

namespace {

constexpr int repetitions = 400;
constexpr double wanted_power = 0.8;
constexpr double middle = 1000;  // far above any floor in seconds, which is not what is asked here

double power(std::size_t history, double deviation, std::size_t pairs, double ratio,
             RuleSettings const& settings) {
  Random random(20'260'001);
  int found = 0;
  for (int i = 0; i < repetitions; ++i) {
    MetricInput metric{.name = "x", .floor = 0};
    auto const value = [&](double factor) { return middle * factor * std::exp(deviation * random.normal()); };
    for (std::size_t j = 0; j < history; ++j) metric.history.push_back(value(1));
    for (std::size_t j = 0; j < settings.fresh_runs; ++j) metric.candidate.push_back(value(ratio));
    for (std::size_t j = 0; j < pairs; ++j) {
      double const baseline = value(1);
      metric.pairs.emplace_back(baseline, value(ratio));
    }
    found += judge_gate({metric}, settings).front().state == GateState::regressed ? 1 : 0;
  }
  return static_cast<double>(found) / repetitions;
}

}  // namespace

std::optional<double> smallest_shift(std::size_t history, double deviation, std::size_t pairs,
                                     RuleSettings const& settings) {
  static constexpr std::array<double, 11> ratios{1.2, 1.25, 1.3, 1.35, 1.4, 1.5, 1.6, 1.75, 2.0, 2.5, 3.0};
  // Power grows with the shift: halve the list.
  auto const* const found = std::partition_point(ratios.begin(), ratios.end(), [&](double ratio) {
    return power(history, deviation, pairs, ratio, settings) < wanted_power;
  });
  return found == ratios.end() ? std::nullopt : std::optional(*found);
}

}  // namespace pgdrill::statistics
