// Order statistics: what few values may claim without a model of their distribution.
#pragma once
#include <cstddef>
#include <vector>

namespace pgdrill::statistics {

/// The median; the mean of the two in the middle of an even number. Needs at least one value.
[[nodiscard]] double median(std::vector<double> values);

struct Interval {
  double low = 0;
  double high = 0;
  double confidence = 0;  ///< what it really covers, 0..1
};

/// Distribution-free interval of the median (David, Nagaraja: Order Statistics, 7.1): the narrowest symmetric
/// one that covers `confidence`, else the full range with what that covers. Needs at least two values.
[[nodiscard]] Interval median_interval(std::vector<double> values, double confidence = 0.95);

/// When n of n rollbacks met an objective: the share of all rollbacks that meets it at least, at this
/// confidence (a one-sided Clopper-Pearson bound): (1 - confidence)^(1/n). 0 for n = 0.
[[nodiscard]] double least_coverage(std::size_t n, double confidence = 0.95);

/// Standard deviation of the values' logarithms (n - 1 below); 0 for fewer than two positive values.
[[nodiscard]] double log_deviation(std::vector<double> const& values);

/// Correlation of neighbours in a series; 0 for fewer than three values or a constant series.
[[nodiscard]] double lag_one_correlation(std::vector<double> const& series);

}  // namespace pgdrill::statistics
