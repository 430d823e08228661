#include "reports/exporters/run_samples.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <tuple>

#include "reports/gate/history.hpp"
#include "reports/metrics.hpp"
#include "reports/statistics/order.hpp"

namespace pgdrill::reports {

namespace {

bool is(MetricSample const& sample, std::string_view name) { return sample.name == name; }

int gravity(RunSummary const& run) { return run.decision == "go" ? 0 : run.decision == "no-go" ? 2 : 1; }

}  // namespace

Labels labels_of(RunSummary const& run) {
  return {{"namespace", run.ns}, {"cluster", run.cluster}, {"scenario", run.scenario}};
}

bool is_success(MetricSample const& sample) {
  return is(sample, "pgdrill_last_success_timestamp_seconds") || is(sample, "pgdrill_proven_info");
}

bool began_before(RepeatSamples const* a, RepeatSamples const* b) {
  return std::tie(a->summary.started, a->summary.run) < std::tie(b->summary.started, b->summary.run);
}

void add_sealed(MetricSet& metrics, std::filesystem::path const& journal) {
  struct stat status{};
  if (::stat((journal.parent_path() / "MANIFEST.sha256").c_str(), &status) != 0) return;
  metrics.set("pgdrill_evidence_written_timestamp_seconds",
              static_cast<double>(status.st_mtim.tv_sec) + static_cast<double>(status.st_mtim.tv_nsec) / 1e9);
}

std::vector<MetricSample> together(std::vector<RepeatSamples const*> const& repeats) {
  RepeatSamples const* gravest = repeats.back();
  for (RepeatSamples const* const repeat : repeats) {
    if (gravity(repeat->summary) > gravity(gravest->summary)) gravest = repeat;
  }
  std::vector<MetricSample> samples = gravest->samples;
  std::vector<double> rto;
  for (RepeatSamples const* const repeat : repeats) {
    auto const value = repeat->summary.values.find("rto");
    if (value != repeat->summary.values.end()) rto.push_back(value->second);
  }
  bool const all_go = gravity(gravest->summary) == 0;
  std::erase_if(samples, [&](MetricSample const& sample) {
    return is(sample, "pgdrill_rollback_rto_seconds") || is(sample, "pgdrill_running") ||
           is(sample, "pgdrill_last_run_timestamp_seconds") || (is_success(sample) && !all_go);
  });
  for (MetricSample const& sample : repeats.back()->samples) {
    if (is(sample, "pgdrill_running") || is(sample, "pgdrill_last_run_timestamp_seconds"))
      samples.push_back(sample);
  }
  if (rto.empty()) return samples;
  MetricSet metrics;
  metrics.common_labels(labels_of(gravest->summary));
  metrics.set("pgdrill_rollback_rto_seconds", statistics::median(rto), {{"stat", "median"}});
  metrics.set("pgdrill_rollback_rto_seconds", *std::max_element(rto.begin(), rto.end()), {{"stat", "max"}});
  samples.insert(samples.end(), metrics.samples().begin(), metrics.samples().end());
  return samples;
}

std::vector<std::vector<RepeatSamples const*>> by_run(std::vector<RepeatSamples const*> const& all) {
  std::vector<std::vector<RepeatSamples const*>> runs;
  for (RepeatSamples const* const one : all) {
    auto const same = std::find_if(runs.begin(), runs.end(), [&](auto const& run) {
      RunSummary const& first = run.front()->summary;
      return !one->summary.repetition.empty() && first.repetition == one->summary.repetition &&
             first.fingerprint == one->summary.fingerprint;
    });
    if (same != runs.end()) {
      same->push_back(one);
    } else {
      runs.push_back({one});
    }
  }
  return runs;
}

RepeatSamples repeat_of(Run const& run, std::filesystem::path const& journal, bool live) {
  Verdict const verdict = judge(run);
  MetricSet metrics;
  add_run_metrics(metrics, run, verdict, live);
  return {.journal = journal,
          .summary = summarize(run, verdict),
          .samples = metrics.samples(),
          .running = live && run.status.empty()};
}

Result<std::vector<MetricSample>> journal_samples(std::filesystem::path const& path) {
  TRY(std::vector<std::filesystem::path> const journals, journals_at(path));
  std::vector<RepeatSamples> repeats;
  for (std::filesystem::path const& journal : journals) {
    TRY(Run const run, read_run(journal));
    repeats.push_back(repeat_of(run, journal, false));
  }
  std::vector<RunSummary> summaries;
  std::vector<RepeatSamples const*> all;
  for (RepeatSamples const& repeat : repeats) {
    summaries.push_back(repeat.summary);
    all.push_back(&repeat);
  }
  TRY(HistoryRun const one, history_run(summaries));  // an error when they are not repeats of one run
  static_cast<void>(one);
  MetricSet metrics;
  metrics.add(together(all));
  metrics.common_labels(labels_of(repeats.back().summary));
  add_sealed(metrics, journals.back());
  return metrics.samples();
}

}  // namespace pgdrill::reports
