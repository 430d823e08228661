// The metrics of one run, which may have been repeated: its repeats count as one.
#pragma once
#include <filesystem>
#include <vector>

#include "reports/metric_table.hpp"
#include "reports/run_summary.hpp"

namespace pgdrill::reports {

/// One journal.
struct RepeatSamples {
  std::filesystem::path journal;
  RunSummary summary;
  std::vector<MetricSample> samples;
  bool running = false;  ///< it has no end yet, and may come to one
};
[[nodiscard]] bool began_before(RepeatSamples const* a, RepeatSamples const* b);

/// `live`: the run may still go on.
[[nodiscard]] RepeatSamples repeat_of(Run const& run, std::filesystem::path const& journal, bool live);

/// Repeats of one run beside each other, in the order of `all`.
[[nodiscard]] std::vector<std::vector<RepeatSamples const*>> by_run(
    std::vector<RepeatSamples const*> const& all);

/// The metrics of a run from those of its repeats, oldest first: the gravest repeat's, the newest's end, and
/// the RTO over all. It is a success when every one of them is.
[[nodiscard]] std::vector<MetricSample> together(std::vector<RepeatSamples const*> const& repeats);

/// When the package of a journal was sealed; nothing while it is not.
void add_sealed(MetricSet& metrics, std::filesystem::path const& journal);

/// Whether a later run that fails must leave it alone: the last success and what it proved.
[[nodiscard]] bool is_success(MetricSample const& sample);
[[nodiscard]] Labels labels_of(RunSummary const& run);

/// The samples of a journal, or of a directory whose journals are repeats of one run. Errors: of read_run;
/// usage, when they are of several runs.
[[nodiscard]] Result<std::vector<MetricSample>> journal_samples(std::filesystem::path const& path);

}  // namespace pgdrill::reports
