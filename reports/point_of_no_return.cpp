#include "reports/point_of_no_return.hpp"

#include <algorithm>
#include <charconv>

#include "harness/base/time.hpp"
#include "reports/escape.hpp"

namespace pgdrill::reports {

namespace {

json::value const* fact(Run const& run, std::string const& name) {
  auto const found = run.facts.find(name);
  return found == run.facts.end() ? nullptr : &found->second;
}

/// CNPG's "30d", "4w" or "1m" in days (cloudnative-pg.io/documentation/current/backup_recovery); a month is
/// taken as its shortest.
std::optional<int> days_of(std::string const& policy) {
  int count = 0;
  char const* const last = policy.data() + policy.size();
  auto const [end, problem] = std::from_chars(policy.data(), last, count);
  if (problem != std::errc() || end + 1 != last || count < 1 || count > 10'000) return std::nullopt;
  if (*end == 'd') return count;
  if (*end == 'w') return count * 7;
  return *end == 'm' ? std::optional(count * 28) : std::nullopt;
}

/// The window of a retention policy covers every moment in it: a target stays within reach at least so long.
void add_retention(Run const& run, PointOfNoReturn& point) {
  json::value const* const cluster = fact(run, "cluster-before");
  json::value const* const target = fact(run, "captured-target");
  if (cluster == nullptr || target == nullptr) return;
  point.retention_policy = one_line(get_string(*cluster, "retention_policy"), 50);
  point.retention_source = one_line(get_string(*cluster, "retention_source"), 200);
  point.retention_unknown = one_line(get_string(*cluster, "retention_unknown"), 300);
  std::optional<int> const days = days_of(point.retention_policy);
  Result<WallTime> const captured = parse_time(get_string(*target, "time"));
  if (days && captured) point.possible_until = format_rfc3339_seconds(*captured + std::chrono::days(*days));
}

}  // namespace

PointOfNoReturn point_of_no_return(Run const& run, Verdict const& verdict) {
  PointOfNoReturn point;
  if (fact(run, "captured-target") == nullptr) return point;
  add_retention(run, point);
  for (Check const& check : run.checks) {
    bool const kept = check.subject == "backup" || check.subject == "archive";
    if (!kept || check.status != "failed") continue;
    point.reached = true;
    point.evidence = "check " + check.name + " failed: " + check.observed;
    return point;
  }
  for (StepRecord const& step : run.steps) {
    if (step.kind != "restore" || step.status != "failed") continue;
    point.reached = true;
    point.evidence = "step " + step.id + " could not restore the captured state";
    return point;
  }
  bool const equal =
      std::any_of(verdict.objectives.begin(), verdict.objectives.end(), [](ObjectiveResult const& objective) {
        return objective.name == "integrity" && objective.status == "met";
      });
  bool const restored = run.mark("cluster-ready") != nullptr && run.mark("verified") != nullptr;
  if (equal && restored) {
    point.reached = false;
    point.evidence = "the captured state was restored and found equal";
  }
  return point;
}

}  // namespace pgdrill::reports
