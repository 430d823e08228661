// The metrics of all drills whose evidence lies below a directory: of the newest run of each scenario, with
// the last success, the history and the gate's opinion. Journals are read once, and kept as a few figures.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "reports/metric_table.hpp"
#include "reports/run_summary.hpp"

namespace pgdrill::reports {

class EvidenceMetrics {
 public:
  EvidenceMetrics(std::filesystem::path directory, std::optional<double> expected_interval_seconds);
  /// Looks for new journals and those that have grown.
  void refresh();
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::size_t journals() const { return known_.size(); }

 private:
  struct Known {
    std::filesystem::path const* journal = nullptr;  ///< the key that it is kept by
    std::filesystem::file_time_type changed;
    std::uintmax_t size = 0;
    std::optional<RunSummary> summary;
    std::vector<MetricSample> samples;
  };
  void read(std::filesystem::path const& journal, Known& known) const;
  void add_group(MetricSet& metrics, std::vector<Known const*> const& runs) const;

  std::filesystem::path directory_;
  std::optional<double> expected_interval_;
  std::map<std::filesystem::path, Known> known_;
};

/// The samples of one journal. Errors: of read_run.
[[nodiscard]] Result<std::vector<MetricSample>> journal_samples(std::filesystem::path const& journal);

}  // namespace pgdrill::reports
