// Integrity before the change, at its worst and after the rollback; RTO as bars against objective and
// history.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/json.hpp"
#include "reports/escape.hpp"
#include "reports/evidence_parts.hpp"

namespace pgdrill::reports {

namespace {

struct Kind {
  std::string_view subject;  ///< of checks
  std::string_view name;
  std::string_view before;  ///< what the captured target holds of it
};
constexpr Kind kinds[] = {{"schema", "Schema", "fingerprint captured"},
                          {"data", "Table contents", "digest of every table captured"},
                          {"ledger", "Application's invariant", "right"},
                          {"history", "Migration history", "captured"},
                          {"marker", "Markers", "written before and after the target"},
                          {"writes", "Acknowledged writes", "recorded by the ledger"}};

std::string worst_data(Run const& run) {
  std::string worst;
  std::int64_t rows = 0;
  for (Finding const& finding : run.findings) {
    if (finding.authorised || finding.count < rows) continue;
    rows = finding.count;
    worst = html(finding.object + ": " + finding.what, 300);
  }
  return worst.empty() ? "no difference without right was seen" : worst;
}

std::string worst_answers(Run const& run) {
  std::int64_t wrong = 0;
  for (Series const& series : run.series) {
    wrong += std::count_if(series.samples.begin(), series.samples.end(),
                           [](Sample const& sample) { return sample.status == Sample::Status::wrong; });
  }
  return fmt::format("{} wrong answers", wrong);
}

std::string worst_writes(Run const& run) {
  std::int64_t failed = 0;
  std::int64_t unknown = 0;
  for (LedgerVerdict const& ledger : run.ledgers) {
    failed += ledger.failed;
    unknown += ledger.unknown;
  }
  return fmt::format("{} failed, {} without answer", failed, unknown);
}

std::string at_worst(Run const& run, std::string_view subject) {
  if (subject == "data") return worst_data(run);
  if (subject == "ledger") return worst_answers(run);
  if (subject == "writes") return worst_writes(run);
  return "–";
}

std::string after(Run const& run, std::string_view subject) {
  std::string text;
  for (Check const& check : run.checks) {
    if (check.subject != subject) continue;
    text +=
        (text.empty() ? "" : "<br>") + status_word(check.status) + " " + html(one_line(check.observed, 200));
  }
  return text.empty() ? "not checked" : text;
}

/// One horizontal bar of `share` (0 to 1) with its text; a list of them reads as a list without sight.
std::string bar(std::string const& label, double share, std::string const& text, std::string_view css) {
  return fmt::format(
      "<li><span class=label>{}</span><span class=track><span class=\"fill {}\" "
      "style=\"width:{:.1f}%\"></span>"
      "</span><span class=value>{}</span></li>\n",
      html(label, 60), css, std::clamp(share, 0.0, 1.0) * 100, html(text, 60));
}

std::optional<double> objective_limit(Verdict const& verdict) {
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.name == "rto") return objective.limit;
  }
  return std::nullopt;
}

std::string history_bars(Verdict const& verdict, double rto, double scale) {
  if (!verdict.history) {
    return "<p>It is not compared with earlier runs: no history was given "
           "(<code>pgdrill report JOURNAL --history FILE</code>).</p>\n";
  }
  std::string text = "<h3>Among earlier runs</h3>\n<p>" + html(verdict.history->sentence, 4000) +
                     "</p>\n<ul class=bars aria-label=\"RTO of earlier runs and this one\">\n";
  std::vector<HistoryFigures::Entry> const& runs = verdict.history->runs;
  std::size_t const first = runs.size() > 20 ? runs.size() - 20 : 0;
  for (std::size_t i = first; i < runs.size(); ++i)
    text += bar(runs[i].started.substr(0, 16), runs[i].rto / scale, fixed(runs[i].rto) + " s", "past");
  return text + bar("this run", rto / scale, fixed(rto) + " s", "now") + "</ul>\n";
}

}  // namespace

std::string integrity_table(Run const& run) {
  bool const captured = run.facts.contains("captured-target");
  std::vector<std::vector<std::string>> rows;
  for (Kind const& kind : kinds) {
    rows.push_back({std::string(kind.name), captured ? std::string(kind.before) : "not captured",
                    at_worst(run, kind.subject), after(run, kind.subject)});
  }
  return html_table("Integrity before the change, at its worst and after the rollback",
                    {"What", "Before", "At worst", "After"}, rows);
}

std::string rto_breakdown(Run const& run, Verdict const& verdict) {
  static_cast<void>(run);
  if (!verdict.rto.measured) return "<p>The RTO was not measured: " + html(verdict.rto.why_not) + ".</p>\n";
  if (!verdict.rto.to)
    return "<p>Right answers did not come back before the drill ended.</p>\n" + breakdown_table(verdict);
  double const rto = static_cast<double>(*verdict.rto.to - verdict.rto.from) / 1e9;
  std::optional<double> const limit = objective_limit(verdict);
  double scale = std::max(rto, limit.value_or(0));
  if (verdict.history) {
    for (HistoryFigures::Entry const& entry : verdict.history->runs) scale = std::max(scale, entry.rto);
  }
  scale = std::max(scale, 0.001);
  std::string text = "<ul class=bars aria-label=\"RTO and its parts\">\n";
  if (limit) text += bar("objective", *limit / scale, fixed(*limit) + " s", "limit");
  text += bar("RTO", rto / scale, fixed(rto) + " s", limit && rto > *limit ? "over" : "now");
  for (Phase const& phase : verdict.phases) {
    double const length = static_cast<double>(phase.to - phase.from) / 1e9;
    text += bar(phase.name, length / scale, fixed(length) + " s", "part");
  }
  return text + "</ul>\n" + breakdown_table(verdict) + history_bars(verdict, rto, scale);
}

}  // namespace pgdrill::reports
