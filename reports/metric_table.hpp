// Every metric of pgdrill in one table: code sets only what stands in it, docs/metrics.md is made from it.
//
// All are gauges in base units; unknown values are left out, never NaN. Each carries namespace, cluster and
// scenario (as many as are drilled; 20 clusters with 12 scenarios are a good bound); the table names the
// others with their bound. No run id, no commit.
#pragma once
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pgdrill::reports {

struct MetricDefinition {
  std::string_view name;
  std::string_view labels;  ///< beside namespace, cluster and scenario, with their bound
  std::string_view help;
};
[[nodiscard]] std::span<MetricDefinition const> metric_table();
/// The table as docs/metrics.md holds it.
[[nodiscard]] std::string metric_table_markdown();

using Labels = std::map<std::string, std::string>;

struct MetricSample {
  std::string name;
  Labels labels;
  double value = 0;
};

/// Samples of one exposition.
class MetricSet {
 public:
  /// `common` goes to all that is set afterwards.
  void common_labels(Labels common) { common_ = std::move(common); }
  /// A name or label that is not in the table is a bug and aborts. Values that are not finite are left out;
  /// so is a label's value that would be one more than its bound in the table, for the same common labels.
  void set(std::string const& name, double value, Labels extra = {});
  void add(std::vector<MetricSample> const& samples);
  [[nodiscard]] std::vector<MetricSample> const& samples() const { return samples_; }
  /// Prometheus' text format, by prometheus-cpp, sorted: equal sets give equal bytes.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] bool admit(MetricDefinition const& metric, std::string const& label,
                           std::string const& value);
  Labels common_;
  /// By metric, label and common labels.
  std::map<std::string, std::set<std::string>> values_;
  std::vector<MetricSample> samples_;
};

}  // namespace pgdrill::reports
