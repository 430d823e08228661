// The RTO gate: is this run slower than its comparable history? A hard objective first, then the statistical
// rule of reports/statistics/gate_rule.hpp. It explains itself, and never claims what so few runs cannot
// show.
#pragma once
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reports/gate/history.hpp"
#include "reports/statistics/gate_rule.hpp"
#include "reports/statistics/trend.hpp"

namespace pgdrill::reports {

inline constexpr int exit_regressed = 6;
inline constexpr int exit_suspect = 7;
/// Newest comparable runs that a run is compared with, when nothing else is said.
inline constexpr std::size_t default_window = 20;

struct GateRequest {
  /// One path per run: a journal, or a directory whose journals are repeats of it. The first is judged, the
  /// others are fresh runs of the same candidate that confirm or clear it.
  std::vector<std::filesystem::path> candidates;
  /// Interleaved runs of baseline and candidate, pair by pair.
  std::vector<std::filesystem::path> pair_baselines;
  std::vector<std::filesystem::path> pair_candidates;
  std::filesystem::path history;  ///< empty: none
  GateSettings settings;          ///< of the command line; each goes before the scenario's
};

/// What a gate run rests on, when its files are read.
struct GateMaterial {
  std::vector<HistoryRun> candidates;  ///< at least one
  std::vector<HistoryRun> pair_baselines;
  std::vector<HistoryRun> pair_candidates;  ///< as many
  History history;
};

struct GateMetric {
  statistics::MetricResult result;
  std::optional<statistics::Shift> shift;
  std::optional<double> objective;
  std::size_t within_objective = 0;  ///< runs of history and candidates that met it
  std::size_t measured = 0;          ///< of so many, failed ones among them
  double deviation = 0;              ///< of the logarithms of history's values
  double correlation = 0;            ///< of neighbours in history
  std::optional<double> smallest_shift;
  /// Both over all comparable runs since the last accepted level, whatever the window.
  std::optional<statistics::LevelShift> level_shift;
  std::string level_shift_run;  ///< id and time of the first run of the new level
  std::optional<statistics::Drift> drift;
};

/// A hard limit on a metric, whether it gates or not; the worst repeat of any run of the candidate counts.
struct GateLimit {
  std::string metric;
  double limit = 0;             ///< seconds
  std::optional<double> worst;  ///< empty: some run did not measure it
};

/// Why runs of the history were not compared with.
struct Excluded {
  std::size_t other_scenario = 0;
  std::size_t not_comparable = 0;  ///< another fingerprint
  std::set<std::string> differ;    ///< parts of the fingerprint that are others in some of those
  std::size_t other_branch = 0;    ///< or tag
  std::size_t failed = 0;          ///< not GO, or over a hard limit
  std::size_t doubtful = 0;        ///< regressed or suspect when they were judged
  std::size_t superseded = 0;      ///< before a level that was accepted
};

struct GateReport {
  HistoryRun candidate;
  std::vector<GateMetric> metrics;
  std::vector<GateLimit> limits;
  GateSettings settings;  ///< all that held: of the command line, the scenario, or by default
  Excluded excluded;
  std::optional<Acceptance> acceptance;  ///< the newest that counts
  std::optional<Acceptance> expired;     ///< the newest that no longer does
  std::int64_t unreadable = 0;
  std::vector<std::string> failures;  ///< hard failures: an objective missed, a candidate not GO
  int exit_code = 0;
  std::string state;  ///< the worst: failed, regressed, suspect, no_verdict, accepted, cleared, pass
};

/// Reads the runs and the history, without the runs that confirm. Errors: usage, when a run is named twice,
/// when the runs are not comparable with each other, when pairs are incomplete or too many; those of reading.
[[nodiscard]] Result<GateMaterial> read_material(GateRequest const& request);

/// Errors: those of read_material; usage, when a metric is nobody's or cannot gate, or a setting is none.
[[nodiscard]] Result<GateReport> run_gate(GateRequest const& request);
[[nodiscard]] Result<GateReport> judge_material(GateMaterial const& material, GateSettings const& given);

/// Runs of a history that a candidate is compared with, oldest first.
[[nodiscard]] std::vector<HistoryRun const*> comparable_runs(History const& history,
                                                             HistoryRun const& candidate,
                                                             GateSettings const& settings,
                                                             std::string const& metric, Excluded& excluded);

/// What an acceptance of a scenario's level (of one metric; empty: all) means in figures: the median of what
/// the gate compares the newest run with, and that of the runs that it took for slower since the last
/// acceptance, or of the newest run when there are none. Empty when the history has no run of the scenario.
[[nodiscard]] std::map<std::string, AcceptedLevel> accepted_levels(History const& history,
                                                                   std::string const& scenario,
                                                                   std::string const& metric);

/// What the gate says of a run by its history alone, without fresh runs or pairs, for each gating metric that
/// it has. What the history says that fresh runs or pairs decided of this run holds.
[[nodiscard]] std::vector<statistics::MetricResult> screen_run(HistoryRun const& candidate,
                                                               History const& history);

/// The RTO of comparable runs and the gate's words on this one, for its evidence.
[[nodiscard]] Result<HistoryFigures> history_figures(std::filesystem::path const& journal,
                                                     std::filesystem::path const& history);

[[nodiscard]] std::string gate_text(GateReport const& report);         ///< for people
[[nodiscard]] std::string gate_json(GateReport const& report);         ///< version 1
[[nodiscard]] std::string gate_junit(GateReport const& report);        ///< one case per gating metric
[[nodiscard]] std::string gate_annotations(GateReport const& report);  ///< GitHub workflow commands
[[nodiscard]] std::string gate_gitlab(GateReport const& report);       ///< GitLab metrics report
/// One metric in one sentence after the other, as all forms print it.
[[nodiscard]] std::string explain(GateMetric const& metric);

}  // namespace pgdrill::reports
