// The metrics of all drills whose evidence lies below a directory: of the newest run of each scenario, with
// the last success, the history and the gate's opinion. Journals are read once, and kept as a few figures.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "reports/exporters/run_samples.hpp"
#include "reports/gate/history.hpp"

namespace pgdrill::reports {

class EvidenceMetrics {
 public:
  /// `history`: what the gate compares with, and whose accepted levels count; empty: the evidence itself.
  EvidenceMetrics(std::filesystem::path directory, std::optional<double> expected_interval_seconds,
                  std::filesystem::path history = {});
  /// Looks for new journals and those that have grown, and reads the history again.
  void refresh();
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::size_t journals() const { return known_.size(); }

 private:
  struct Known {
    std::filesystem::file_time_type changed;
    std::uintmax_t size = 0;
    std::optional<RepeatSamples> repeat;
    [[nodiscard]] bool running() const { return repeat && repeat->running; }
  };
  void read(std::filesystem::path const& journal, Known& known) const;
  void add_group(MetricSet& metrics, std::vector<RepeatSamples const*> const& all) const;

  std::filesystem::path directory_;
  std::optional<double> expected_interval_;
  std::filesystem::path history_file_;
  std::optional<History> history_;
  std::map<std::filesystem::path, Known> known_;
};

}  // namespace pgdrill::reports
