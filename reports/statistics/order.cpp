#include "reports/statistics/order.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pgdrill::statistics {

namespace {

double mean(std::vector<double> const& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::size_t const middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Interval median_interval(std::vector<double> values, double confidence) {
  std::sort(values.begin(), values.end());
  std::size_t const n = values.size();
  // The interval from the k-th smallest to the k-th largest misses the median with probability
  // 2 P(Binomial(n, 1/2) < k).
  double below = std::pow(0.5, static_cast<double>(n));
  double term = below;
  std::size_t k = 1;
  while (2 * (k + 1) <= n) {
    term *= static_cast<double>(n - k + 1) / static_cast<double>(k);
    if (1 - 2 * (below + term) < confidence) break;
    below += term;
    ++k;
  }
  return {.low = values[k - 1], .high = values[n - k], .confidence = 1 - 2 * below};
}

double least_coverage(std::size_t n, double confidence) {
  return n == 0 ? 0 : std::pow(1 - confidence, 1 / static_cast<double>(n));
}

double log_deviation(std::vector<double> const& values) {
  std::vector<double> logs;
  for (double const value : values) {
    if (value > 0) logs.push_back(std::log(value));
  }
  if (logs.size() < 2) return 0;
  double const center = mean(logs);
  double sum = 0;
  for (double const value : logs) sum += (value - center) * (value - center);
  return std::sqrt(sum / static_cast<double>(logs.size() - 1));
}

double lag_one_correlation(std::vector<double> const& series) {
  if (series.size() < 3) return 0;
  double const center = mean(series);
  double both = 0;
  double square = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    square += (series[i] - center) * (series[i] - center);
    if (i > 0) both += (series[i] - center) * (series[i - 1] - center);
  }
  return square > 0 ? both / square : 0;
}

}  // namespace pgdrill::statistics
