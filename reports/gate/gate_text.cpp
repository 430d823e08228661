// The gate for people: one paragraph per metric that says all that the decision rests on.
#include <fmt/format.h>

#include "reports/escape.hpp"
#include "reports/gate/gate.hpp"

namespace pgdrill::reports {

namespace {

std::string seconds(double value) { return fmt::format("{} s", fixed(value, value < 10 ? 3 : 1)); }

std::string percent(double share) { return fmt::format("{:.0f} %", share * 100); }

std::string baseline_sentence(statistics::MetricResult const& result) {
  if (result.baseline <= 0) return "";
  if (result.design == "paired" && result.n < statistics::RuleSettings().minimum_runs) {
    return fmt::format("{} against a median of {} of the pairs' baseline; ratio {:.2f}. ",
                       seconds(result.value), seconds(result.baseline), result.ratio);
  }
  std::string text =
      fmt::format("{} against a median of {} over n = {} comparable runs (this one not among them)",
                  seconds(result.value), seconds(result.baseline), result.n);
  if (result.baseline_interval) {
    statistics::Interval const& interval = *result.baseline_interval;
    text += fmt::format(", {} to {} with {} confidence", seconds(interval.low), seconds(interval.high),
                        percent(interval.confidence));
  }
  return text + fmt::format("; ratio {:.2f}. ", result.ratio);
}

std::string shift_sentence(GateMetric const& metric) {
  if (!metric.shift) return "";
  std::string text = fmt::format("Hodges-Lehmann ratio {:.2f}", metric.shift->ratio);
  if (metric.shift->both) {
    text +=
        fmt::format(", 95 % interval {:.2f} to {:.2f}", metric.shift->both->low, metric.shift->both->high);
  } else if (metric.shift->low) {
    text += fmt::format(", with 95 % confidence at least {:.2f}", *metric.shift->low);
  } else {
    text += " (so few values give no 95 % interval)";
  }
  return text + ". ";
}

std::string test_sentence(statistics::MetricResult const& result) {
  std::string text;
  if (result.n > 0 && result.screen_p < 1)
    text = fmt::format("Rank among history: p = {:.3f}. ", result.screen_p);
  if (!result.p) return text;
  bool const paired = result.design == "paired";
  return text + fmt::format("{} by {} {}: p = {:.4f} ({}, exact; level {}). ",
                            result.state == statistics::GateState::regressed ? "Confirmed" : "Not confirmed",
                            result.confirmations, paired ? "interleaved pairs" : "runs of the candidate",
                            *result.p, paired ? "sign-flip with limited outliers" : "rank sum",
                            fixed(result.level));
}

std::string power_sentence(GateMetric const& metric) {
  if (metric.result.n == 0 || metric.deviation <= 0) return "";
  std::string text = fmt::format("Runs scatter by {} here; ", percent(metric.deviation));
  return text +
         (metric.smallest_shift
              ? fmt::format("the smallest shift that this history can show in 80 of 100 cases is +{}. ",
                            percent(*metric.smallest_shift - 1))
              : std::string("even a threefold time would often go unseen. "));
}

/// What n runs may claim, in place of a percentile that they cannot show.
std::string coverage_sentence(GateMetric const& metric) {
  if (!metric.objective || metric.measured == 0) return "";
  if (metric.within_objective < metric.measured) {
    return fmt::format("{} of {} runs met the limit of {}. ", metric.within_objective, metric.measured,
                       seconds(*metric.objective));
  }
  return fmt::format(
      "All {} runs met the limit of {}: with 95 % confidence at least {} of such rollbacks meet it (no "
      "percentile is claimed from so few). ",
      metric.measured, seconds(*metric.objective), percent(statistics::least_coverage(metric.measured)));
}

std::string trend_sentence(GateMetric const& metric) {
  std::string text;
  if (metric.level_shift) {
    text += fmt::format("Advice: a level shift or a change of the environment{}, ratio {:.2f}, p = {:.3f}. ",
                        metric.level_shift_run.empty() ? "" : " at run " + metric.level_shift_run,
                        metric.level_shift->ratio, metric.level_shift->p);
  }
  if (metric.drift) {
    text +=
        fmt::format("Advice: it creeps: the last five runs against the first ten, ratio {:.2f}, p = {:.3f}. ",
                    metric.drift->ratio, metric.drift->p);
  }
  if (metric.result.n >= 10 && metric.correlation > 0.3) {
    text += fmt::format(
        "Neighbouring runs resemble each other (lag-1 correlation {:.2f}): p values are too small. ",
        metric.correlation);
  }
  return text;
}

std::string history_sentence(GateReport const& report) {
  Excluded const& out = report.excluded;
  std::string text;
  auto const tell = [&](std::size_t count, std::string_view what) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  tell(out.other_scenario, "of other scenarios");
  std::string differ;
  for (std::string const& part : out.differ) differ += (differ.empty() ? " (" : ", ") + one_line(part, 40);
  tell(out.not_comparable, "with another fingerprint" + differ + (differ.empty() ? "" : ")"));
  tell(out.other_branch, "of another branch or tag");
  tell(out.failed, "not GO or not measured");
  tell(out.doubtful, "regressed or suspect themselves");
  tell(out.superseded, "before an accepted level");
  tell(static_cast<std::size_t>(report.unreadable), "unreadable");
  return text.empty() ? "" : "Not compared with: " + text + ".\n";
}

std::string settings_sentence(GateReport const& report) {
  GateSettings const& held = report.settings;
  double const change = held.minimum_change.value_or(0);
  std::string text = fmt::format(
      "Held against: a change counts from {} % and {} s (one run is suspect from {} %); the newest {} runs",
      fixed(change), fixed(held.floor.value_or(0)), fixed(statistics::RuleSettings().screen_share * change),
      held.window.value_or(0));
  if (!held.branch.empty()) text += " of branch " + one_line(held.branch);
  if (!held.tag.empty()) text += " of tag " + one_line(held.tag);
  for (GateLimit const& limit : report.limits) {
    text += fmt::format("; {} at most {} ({})", one_line(limit.metric), seconds(limit.limit),
                        limit.worst ? seconds(*limit.worst) : "not measured");
  }
  return text + ".\n";
}

std::string level_text(std::optional<double> const& median) { return median ? seconds(*median) : "unknown"; }

std::string acceptance_sentence(GateReport const& report, Acceptance const& acceptance) {
  std::string text = fmt::format("{} by {}{}: {}", one_line(acceptance.at), one_line(acceptance.author),
                                 acceptance.expires.empty() ? "" : " until " + one_line(acceptance.expires),
                                 one_line(acceptance.reason));
  for (GateMetric const& metric : report.metrics) {
    auto const level = acceptance.medians.find(metric.result.name);
    if (level != acceptance.medians.end())
      text += fmt::format("; median {} was {}, then {}", one_line(level->first),
                          level_text(level->second.before), level_text(level->second.now));
  }
  return text + "\n";
}

}  // namespace

std::string explain(GateMetric const& metric) {
  std::string text = metric.result.why;
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  text += ". " + baseline_sentence(metric.result) + shift_sentence(metric) + test_sentence(metric.result) +
          power_sentence(metric) + coverage_sentence(metric) + trend_sentence(metric);
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

std::string gate_text(GateReport const& report) {
  std::string text = fmt::format("gate {}: {} (run {})\n", one_line(report.candidate.scenario), report.state,
                                 one_line(report.candidate.run));
  for (std::string const& failure : report.failures) text += "failed: " + one_line(failure) + "\n";
  for (GateMetric const& metric : report.metrics) {
    text += fmt::format("{}: {}: {}\n", one_line(metric.result.name), name_of(metric.result.state),
                        explain(metric));
  }
  text += settings_sentence(report) + history_sentence(report);
  if (report.acceptance) text += "Level accepted " + acceptance_sentence(report, *report.acceptance);
  if (report.expired) text += "No longer accepted: " + acceptance_sentence(report, *report.expired);
  return text;
}

}  // namespace pgdrill::reports
