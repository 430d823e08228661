// The gate for CI systems: GitHub's workflow commands, GitLab's metrics report, Prometheus' text.
#include <fmt/format.h>

#include <algorithm>

#include "reports/escape.hpp"
#include "reports/gate/gate.hpp"

namespace pgdrill::reports {

namespace {

/// Data of a workflow command (docs.github.com, "Workflow commands"): %, CR and LF are escaped.
std::string command_data(std::string const& text) {
  std::string result;
  for (char const c : clean(text, 4000)) {
    if (c == '%') {
      result += "%25";
    } else if (c == '\n') {
      result += "%0A";
    } else {
      result += c;
    }
  }
  return result;
}

std::string command_property(std::string const& text) {
  std::string result;
  for (char const c : command_data(one_line(text, 200))) {
    if (c == ':') {
      result += "%3A";
    } else if (c == ',') {
      result += "%2C";
    } else {
      result += c;
    }
  }
  return result;
}

/// A label value in Prometheus' text form.
std::string label(std::string const& text) {
  std::string result;
  for (char const c : one_line(text, 200)) {
    if (c == '\\' || c == '"') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

std::string gate_annotations(GateReport const& report) {
  // GitHub shows ten errors per step: one per scenario leaves room for the others.
  std::string text = report.state + ": ";
  for (std::string const& failure : report.failures) text += failure + "\n";
  for (GateMetric const& metric : report.metrics) {
    text += fmt::format("{} {}: {}\n", metric.result.name, name_of(metric.result.state), explain(metric));
  }
  text.pop_back();
  std::string_view const kind = report.exit_code == 0              ? "notice"
                                : report.exit_code == exit_suspect ? "warning"
                                                                   : "error";
  return fmt::format("::{} title={}::{}\n", kind,
                     command_property("pgdrill gate " + report.candidate.scenario), command_data(text));
}

std::string gate_gitlab(GateReport const& report) {
  // GitLab compares values as texts and labels as parts of the key: coarse, stable and few.
  std::string text;
  for (GateMetric const& metric : report.metrics) {
    std::string const labels = fmt::format("{{metric=\"{}\",scenario=\"{}\"}}", label(metric.result.name),
                                           label(report.candidate.scenario));
    text += fmt::format("pgdrill_seconds{} {:.1f}\n", labels, metric.result.value);
    if (metric.result.baseline > 0)
      text += fmt::format("pgdrill_baseline_seconds{} {:.1f}\n", labels, metric.result.baseline);
  }
  return text + "# EOF\n";
}

}  // namespace pgdrill::reports
