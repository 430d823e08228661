// What a gate run rests on: the runs that were named, and the history without them. A test counts each run as
// one observation, so none may be there twice, and all must be of the same kind.
#include <fmt/format.h>

#include <algorithm>

#include "reports/gate/gate.hpp"
#include "reports/statistics/exact_tests.hpp"

namespace pgdrill::reports {

namespace {

struct NamedRun {
  std::filesystem::path path;
  HistoryRun run;
};
using NamedRuns = std::vector<NamedRun>;

Result<NamedRuns> read_runs(std::vector<std::filesystem::path> const& paths) {
  NamedRuns runs;
  for (std::filesystem::path const& path : paths) {
    TRY(std::vector<std::filesystem::path> const journals, journals_at(path));
    std::vector<RunSummary> repeats;
    for (std::filesystem::path const& journal : journals) {
      TRY(RunSummary summary, summarize_journal(journal));
      repeats.push_back(std::move(summary));
    }
    TRY(HistoryRun run, history_run(repeats));
    runs.push_back({.path = path, .run = std::move(run)});
  }
  return runs;
}

bool same_run(HistoryRun const& one, HistoryRun const& other) {
  return one.run == other.run || (!one.repetition.empty() && one.repetition == other.repetition);
}

tl::unexpected<Error> named_twice(NamedRun const& named) {
  if (named.run.repetition.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "one run is named twice",
                 .where = named.path.string(),
                 .why = fmt::format("run {} would be counted as two observations", named.run.run),
                 .todo = "name each run once (evidence/*/ also names what the link 'latest' leads to)"});
  }
  return fail({.kind = ErrorKind::usage,
               .what = "repeats of one run are no fresh runs",
               .where = named.path.string(),
               .why = "what they share would be counted as often as they are",
               .todo = "name the directory that holds them: it is one run, and its value is their median"});
}

Result<> check_each_once(NamedRuns const& runs, NamedRuns const& others = {}) {
  for (auto run = runs.begin(); run != runs.end(); ++run) {
    auto const is_this = [&](NamedRun const& other) { return same_run(run->run, other.run); };
    if (std::any_of(runs.begin(), run, is_this) || std::any_of(others.begin(), others.end(), is_this))
      return named_twice(*run);
  }
  return {};
}

/// @param across_change the baseline may differ in what is tested (a version of CNPG), never in the scenario
Result<> check_comparable(NamedRuns const& runs, HistoryRun const& with, bool across_change = false) {
  for (auto const& [path, run] : runs) {
    std::string why;
    if (run.scenario != with.scenario) {
      why = fmt::format("scenario '{}' against '{}'", run.scenario, with.scenario);
    } else if (!across_change && !same_fingerprint(run.fingerprint, with.fingerprint)) {
      for (std::string const& part : fingerprint_differences(run.fingerprint, with.fingerprint))
        why += (why.empty() ? "they differ in " : ", ") + part;
      if (why.empty()) why = "their fingerprints differ";
    }
    if (why.empty()) continue;
    return fail({.kind = ErrorKind::usage,
                 .what = "the runs do not belong together",
                 .where = path.string(),
                 .why = std::move(why),
                 .todo = "name runs of one scenario on one cluster"});
  }
  return {};
}

Result<> check_pairs(NamedRuns const& baselines, NamedRuns const& candidates) {
  if (baselines.size() != candidates.size()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "pairs are not complete",
                 .why = fmt::format("{} runs of the baseline, {} of the candidate", baselines.size(),
                                    candidates.size())});
  }
  if (baselines.size() > statistics::most_differences) {
    return fail({.kind = ErrorKind::usage,
                 .what = "too many pairs",
                 .why = fmt::format("the exact test is made for at most {}", statistics::most_differences)});
  }
  TRY_VOID(check_each_once(candidates));
  return check_each_once(baselines, candidates);
}

std::vector<HistoryRun> runs_of(NamedRuns named) {
  std::vector<HistoryRun> runs;
  for (NamedRun& one : named) runs.push_back(std::move(one.run));
  return runs;
}

/// What confirms a run is no part of what it is held against. The judged run's own entry stays: it says what
/// was decided of it, and is never compared with.
void leave_out(History& history, std::vector<HistoryRun> const& named, HistoryRun const& judged) {
  std::erase_if(history.runs, [&](HistoryRun const& run) {
    return !same_run(run, judged) &&
           std::any_of(named.begin(), named.end(), [&](HistoryRun const& one) { return same_run(run, one); });
  });
}

}  // namespace

Result<GateMaterial> read_material(GateRequest const& request) {
  TRY(NamedRuns candidates, read_runs(request.candidates));
  TRY(NamedRuns baselines, read_runs(request.pair_baselines));
  TRY(NamedRuns pair_candidates, read_runs(request.pair_candidates));
  TRY_VOID(check_each_once(candidates));
  TRY_VOID(check_each_once(baselines, candidates));
  TRY_VOID(check_pairs(baselines, pair_candidates));
  HistoryRun const judged = candidates.front().run;
  TRY_VOID(check_comparable(candidates, judged));
  TRY_VOID(check_comparable(pair_candidates, judged));
  TRY_VOID(check_comparable(baselines, judged, true));
  if (!baselines.empty()) TRY_VOID(check_comparable(baselines, baselines.front().run));
  GateMaterial material{.candidates = runs_of(std::move(candidates)),
                        .pair_baselines = runs_of(std::move(baselines)),
                        .pair_candidates = runs_of(std::move(pair_candidates))};
  if (request.history.empty()) return material;
  TRY(material.history, read_history(request.history));
  for (auto const* const named : {&material.candidates, &material.pair_baselines, &material.pair_candidates})
    leave_out(material.history, *named, judged);
  return material;
}

}  // namespace pgdrill::reports
