// The gate for machines; docs/reports.md lists its members, `version` changes when one changes its meaning.
#include "reports/gate/gate.hpp"
#include "reports/plain_json.hpp"

namespace pgdrill::reports {

namespace {

json::value optional_number(std::optional<double> const& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::value interval_json(std::optional<statistics::Interval> const& interval) {
  if (!interval) return nullptr;
  return {{"low", interval->low}, {"high", interval->high}, {"confidence", interval->confidence}};
}

json::object metric_json(GateMetric const& metric) {
  statistics::MetricResult const& result = metric.result;
  json::object object{{"name", result.name},
                      {"state", name_of(result.state)},
                      {"explanation", explain(metric)},
                      {"unit", "s"},
                      {"n", result.n},
                      {"value", result.value},
                      {"baseline", result.baseline},
                      {"baseline_interval", interval_json(result.baseline_interval)},
                      {"ratio", result.ratio},
                      {"screen_p", result.screen_p},
                      {"was_suspect", result.was_suspect},
                      {"design", result.design},
                      {"confirmations", result.confirmations},
                      {"p", optional_number(result.p)},
                      {"level", result.level},
                      {"objective", optional_number(metric.objective)},
                      {"over_objective", result.over_objective},
                      {"deviation", metric.deviation},
                      {"smallest_shift", optional_number(metric.smallest_shift)},
                      {"measured", metric.measured},
                      {"within_objective", metric.within_objective}};
  if (metric.objective && metric.measured > 0 && metric.within_objective == metric.measured)
    object["least_coverage"] = statistics::least_coverage(metric.measured);
  if (metric.shift) {
    object["shift"] = json::object{{"ratio", metric.shift->ratio},
                                   {"interval", interval_json(metric.shift->both)},
                                   {"at_least", optional_number(metric.shift->low)}};
  }
  json::object advice{{"correlation", metric.correlation}};
  if (metric.level_shift)
    advice["level_shift"] = json::object{
        {"run", metric.level_shift_run}, {"ratio", metric.level_shift->ratio}, {"p", metric.level_shift->p}};
  if (metric.drift) advice["drift"] = json::object{{"ratio", metric.drift->ratio}, {"p", metric.drift->p}};
  object["advice"] = std::move(advice);
  return object;
}

json::value acceptance_json(std::optional<Acceptance> const& acceptance) {
  return acceptance ? json::value(to_json(*acceptance)) : json::value(nullptr);
}

}  // namespace

std::string gate_json(GateReport const& report) {
  json::array metrics;
  for (GateMetric const& metric : report.metrics) metrics.push_back(metric_json(metric));
  json::array limits;
  for (GateLimit const& limit : report.limits)
    limits.push_back(
        {{"metric", limit.metric}, {"limit_s", limit.limit}, {"worst_s", optional_number(limit.worst)}});
  json::object const document{
      {"version", 1},
      {"rule", statistics::rule_version},
      {"state", report.state},
      {"exit_code", report.exit_code},
      {"scenario", report.candidate.scenario},
      {"run", report.candidate.run},
      {"fingerprint", report.candidate.fingerprint},
      {"settings", to_json(report.settings)},
      {"limits", std::move(limits)},
      {"window", report.settings.window.value_or(0)},
      {"failures", json::array(report.failures.begin(), report.failures.end())},
      {"metrics", std::move(metrics)},
      {"acceptance", acceptance_json(report.acceptance)},
      {"expired_acceptance", acceptance_json(report.expired)},
      {"excluded",
       {{"other_scenario", report.excluded.other_scenario},
        {"not_comparable", report.excluded.not_comparable},
        {"not_comparable_in", json::array(report.excluded.differ.begin(), report.excluded.differ.end())},
        {"other_branch", report.excluded.other_branch},
        {"failed", report.excluded.failed},
        {"doubtful", report.excluded.doubtful},
        {"superseded", report.excluded.superseded}}}};
  return plain_json(document);
}

}  // namespace pgdrill::reports
