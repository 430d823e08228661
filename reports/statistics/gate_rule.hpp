// The gate's rule, version 3: one value per run; screened against history by rank, effect and floor;
// confirmed by interleaved pairs or by fresh runs with exact tests; Holm over the suspect metrics. Pure:
// values in, decision out. Its false alarms and power are measured by tests/bench.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/statistics/exact_tests.hpp"

namespace pgdrill::statistics {

inline constexpr int rule_version = 3;

struct RuleSettings {
  double minimum_ratio = 1.15;      ///< a smaller change is none, once it is confirmed
  double screen_share = 2.0 / 3;    ///< of the change makes one run suspect, since one run scatters more
  double screen_level = 0.10;       ///< share of history that may be as slow as a suspect (ties too)
  double fresh_level = 0.02;        ///< of the rank sum test of all candidate runs against history
  double paired_level = 0.05;       ///< of the sign-flip test with limited outliers
  std::size_t minimum_runs = 5;     ///< of history; below it there is no verdict
  std::size_t fresh_runs = 3;       ///< the screened run and two more
  std::size_t minimum_pairs = 10;   ///< five are the fewest that could decide, and find half as much
  std::size_t maximum_metrics = 3;  ///< that may gate

  /// From here one run is suspect.
  [[nodiscard]] double screen_ratio() const { return 1 + screen_share * (minimum_ratio - 1); }
};

/// A metric of which larger values are worse.
struct MetricInput {
  std::string name;
  double floor = 2;                              ///< smallest absolute change that counts, in its unit
  std::vector<double> history;                   ///< one value per comparable run
  std::vector<double> candidate;                 ///< the run to judge first, then fresh runs of the same
  std::vector<std::pair<double, double>> pairs;  ///< interleaved: baseline, candidate
  std::optional<double> objective;               ///< hard limit; any candidate over it is over
};

enum class GateState {
  pass,        ///< not suspect
  cleared,     ///< suspect, and not confirmed
  regressed,   ///< confirmed
  suspect,     ///< it could not be confirmed or cleared: runs are missing
  no_verdict,  ///< too little history
  accepted,    ///< a person took the level for good; the rule does not say so
};
[[nodiscard]] char const* name_of(GateState state);

struct MetricResult {
  std::string name;
  GateState state = GateState::no_verdict;
  bool over_objective = false;
  std::size_t n = 0;    ///< runs of history; the candidate's own are not among them
  double baseline = 0;  ///< median of history (of the pairs' baseline without enough history)
  double value = 0;     ///< of the judged run
  double ratio = 0;     ///< value / baseline
  double screen_p = 1;  ///< rank of the value among history
  bool was_suspect = false;
  std::string design = "screen";  ///< screen, fresh or paired: what decided
  std::size_t confirmations = 0;  ///< runs or pairs that the confirming test saw
  std::optional<double> p;        ///< of the confirming test
  double level = 0;               ///< it was held against (before Holm)
  std::optional<Interval> baseline_interval;
  std::string why;  ///< one sentence
};

/// Judges all gating metrics together, since Holm's procedure needs all that are suspect.
[[nodiscard]] std::vector<MetricResult> judge_gate(std::vector<MetricInput> const& metrics,
                                                   RuleSettings const& settings);

/// How large the change is, from what the deciding test saw; empty without a baseline.
[[nodiscard]] std::optional<Shift> estimate(MetricInput const& metric, MetricResult const& result);

}  // namespace pgdrill::statistics
