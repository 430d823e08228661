// The gate as JUnit: one case per gating metric, in the writer's profile of reports/junit.cpp.
#include <fmt/format.h>

#include "reports/escape.hpp"
#include "reports/gate/gate.hpp"
#include "reports/junit.hpp"

namespace pgdrill::reports {

namespace {

JunitCase::Outcome outcome_of(GateMetric const& metric) {
  using statistics::GateState;
  if (metric.result.over_objective || metric.result.state == GateState::regressed)
    return JunitCase::Outcome::failed;
  if (metric.result.state == GateState::suspect) return JunitCase::Outcome::error;
  if (metric.result.state == GateState::no_verdict) return JunitCase::Outcome::skipped;
  return JunitCase::Outcome::passed;
}

}  // namespace

std::string gate_junit(GateReport const& report) {
  JunitSuite suite{.name = report.candidate.scenario + " gate",
                   .classname = "pgdrill." + report.candidate.scenario + ".gate",
                   .started = report.candidate.started};
  suite.properties = {{"run", report.candidate.run},
                      {"state", report.state},
                      {"rule", std::to_string(statistics::rule_version)},
                      {"fingerprint", report.candidate.fingerprint}};
  JunitCase candidate{.name = "candidate met its objectives"};
  if (!report.failures.empty()) {
    candidate.outcome =
        report.exit_code == exit_missed ? JunitCase::Outcome::failed : JunitCase::Outcome::error;
    candidate.message = report.failures.front();
    // The writer puts the message before the body.
    for (std::size_t i = 1; i < report.failures.size(); ++i) candidate.body += report.failures[i] + "\n";
  }
  suite.cases.push_back(std::move(candidate));
  for (GateLimit const& limit : report.limits) {
    JunitCase entry{.name = "hard limit of " + limit.metric};
    if (!limit.worst) {
      entry.outcome = JunitCase::Outcome::error;
      entry.message = "not measured by every run";
    } else if (*limit.worst > limit.limit) {
      entry.outcome = JunitCase::Outcome::failed;
      entry.message = fmt::format("{} s is over the limit of {} s", fixed(*limit.worst), fixed(limit.limit));
    }
    suite.cases.push_back(std::move(entry));
  }
  for (GateMetric const& metric : report.metrics) {
    suite.properties.emplace_back("history " + metric.result.name, std::to_string(metric.result.n));
    JunitCase entry{.name = "no regression of " + metric.result.name, .outcome = outcome_of(metric)};
    if (entry.outcome != JunitCase::Outcome::passed)
      entry.message = fmt::format("{}: {}", name_of(metric.result.state), metric.result.why);
    entry.body = explain(metric);
    suite.cases.push_back(std::move(entry));
  }
  return junit_document({suite});
}

}  // namespace pgdrill::reports
