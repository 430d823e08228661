// evidence.html: one self-contained page (no script, no outside resource) with the decision and its reasons
// first.
#include <fmt/format.h>

#include "harness/base/json.hpp"
#include "reports/escape.hpp"
#include "reports/evidence_parts.hpp"
#include "reports/report.hpp"
#include "reports/timeline_svg.hpp"

namespace pgdrill::embedded {
std::string_view reports(std::string_view name);
}

namespace pgdrill::reports {

namespace {

std::string seconds(Nanoseconds duration) {
  return fmt::format("{:.3f} s", static_cast<double>(duration) / 1e9);
}

std::string list(std::vector<std::string> const& entries) {
  std::string text = "<ul>\n";
  for (std::string const& entry : entries) text += "<li>" + html(entry, 2000) + "</li>\n";
  return text + "</ul>\n";
}

std::string section(std::string const& title, std::string const& body) {
  return body.empty() ? "" : "<section>\n<h2>" + title + "</h2>\n" + body + "</section>\n";
}

std::string head(Run const& run, Verdict const& verdict) {
  std::string const label = verdict.decision == "go"      ? "GO"
                            : verdict.decision == "no-go" ? "NO-GO"
                                                          : "INCONCLUSIVE";
  std::string text = fmt::format("<header>\n<p class=soft>pgdrill evidence · run {} · {}</p>\n", html(run.id),
                                 html(run.started_wall));
  text += "<h1>" + html(get_string(json::value(run.scenario), "title", run.scenario_name())) + "</h1>\n";
  text += fmt::format("<p><span class=\"decision {}\">{}</span></p>\n", verdict.decision, label);
  return text + list(verdict.reasons) + "</header>\n";
}

std::string objectives(Verdict const& verdict) {
  std::vector<std::vector<std::string>> rows;
  for (ObjectiveResult const& objective : verdict.objectives) {
    rows.push_back({html(objective.name), status_word(objective.status),
                    objective.value ? fmt::format("{} {}", fixed(*objective.value), objective.unit) : "–",
                    fmt::format("{} {}", fixed(objective.limit), objective.unit), html(objective.detail)});
  }
  return html_table({"Objective", "Status", "Measured", "Limit", "How"}, rows);
}

std::string breakdown(Verdict const& verdict) {
  std::vector<std::vector<std::string>> rows;
  for (Phase const& phase : verdict.phases) {
    rows.push_back({html(phase.name), seconds(phase.from), seconds(phase.to - phase.from)});
  }
  return html_table({"Phase", "From", "Took"}, rows);
}

std::string steps(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (StepRecord const& step : run.steps) {
    std::string why;
    for (std::string_view const key : {"what", "why", "where", "todo"}) {
      std::string const part = get_string(json::value(step.error), key);
      if (!part.empty()) why += (why.empty() ? "" : " · ") + part;
    }
    rows.push_back({html(step.id), html(step.title), status_word(step.status),
                    step.started >= 0 && step.ended >= 0 ? seconds(step.ended - step.started) : "–",
                    html(why, 2000)});
  }
  return html_table({"Step", "What", "Status", "Took", "Error"}, rows);
}

std::string witnesses(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (Witness const& witness : run.witnesses) {
    rows.push_back({html(witness.subject), status_word(witness.seen ? "seen" : "missing"),
                    html(witness.channel), html(witness.expected), html(witness.observed),
                    html(witness.detail, 1000)});
  }
  return html_table({"Effect of step", "Witness", "Channel", "Expected", "Observed", "Detail"}, rows);
}

std::string checks(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (Check const& check : run.checks) {
    std::string details;
    for (std::string const& detail : check.details) details += html(detail, 500) + "<br>";
    rows.push_back({html(check.name), html(check.subject), status_word(check.status),
                    html(check.expected, 300), html(check.observed, 300), details});
  }
  return html_table({"Check", "Subject", "Status", "Expected", "Observed", "Details"}, rows);
}

std::string findings(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (Finding const& finding : run.findings) {
    std::string keys;
    for (std::string const& row : finding.rows) keys += (keys.empty() ? "" : ", ") + row;
    rows.push_back({seconds(finding.t), html(finding.probe), html(finding.object), html(finding.what),
                    finding.authorised ? "authorised" : "<span class=failed>without right</span>",
                    html(keys, 600)});
  }
  return html_table({"At", "Probe", "Object", "Difference", "", "Rows"}, rows);
}

std::string outages(Verdict const& verdict) {
  std::vector<std::vector<std::string>> rows;
  for (Outage const& outage : verdict.outages) {
    rows.push_back({html(outage.probe + (outage.sample_class.empty() ? "" : " " + outage.sample_class)),
                    seconds(outage.from), outage.to ? seconds(*outage.to - outage.from) : "never ended",
                    seconds(outage.resolution),
                    fmt::format("{} failed, {} wrong", outage.failed, outage.wrong),
                    html(one_line(outage.why, 200))});
  }
  return html_table({"Probe", "From", "Lasted", "Resolution", "Answers", "First"}, rows);
}

std::string ledgers(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (LedgerVerdict const& ledger : run.ledgers) {
    rows.push_back({html(ledger.probe), std::to_string(ledger.acknowledged), std::to_string(ledger.present),
                    std::to_string(ledger.rightly_absent), std::to_string(ledger.lost.size()),
                    std::to_string(ledger.resurrected.size()), std::to_string(ledger.duplicated.size()),
                    std::to_string(ledger.altered.size()), seconds(ledger.rpo)});
  }
  return html_table({"Ledger", "Acknowledged", "Present", "Rightly absent", "Lost", "Resurrected",
                     "Duplicated", "Altered", "RPO"},
                    rows);
}

std::string undo(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (UndoRecordState const& record : run.undo) {
    rows.push_back({html(record.summary), status_word(record.status), html(record.error, 500)});
  }
  return html_table({"Undo", "Status", "Error"}, rows);
}

std::string render_evidence(Run const& run, Verdict const& verdict) {
  std::string const title = html("pgdrill: " + run.scenario_name() + ": " + verdict.decision);
  std::string page = "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n";
  page += "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n<title>" + title +
          "</title>\n<style>\n";
  page += std::string(embedded::reports("evidence.css")) + "</style>\n</head>\n<body>\n" +
          head(run, verdict) + "<main>\n";
  page += section("Objectives", objectives(verdict));
  page += section("Timeline", "<div class=chart tabindex=0>" + timeline_svg(run, verdict) + "</div>\n");
  page += section("Where the time went", breakdown(verdict));
  page +=
      section("What failed, and what to do", verdict.remediation.empty() ? "" : list(verdict.remediation));
  page += section("Rollback conditions", rollback_conditions(run, verdict));
  page += section("Steps", steps(run));
  page += section("Effects and their witnesses", witnesses(run));
  page += section("Checks after the restore", checks(run));
  page += section("Differences that probes saw", findings(run));
  page += section("Acknowledged writes", ledgers(run));
  page += section("Outages by probe", outages(verdict));
  page += section("What was captured, changed and restored", facts_section(run));
  page += section("Undo", undo(run));
  page += fmt::format(
      "</main>\n<footer class=soft><p>Made from journal.jsonl by pgdrill {}; scenario {} (sha256 "
      "{}).</p></footer>\n",
      html(run.version), html(get_string(json::value(run.scenario), "file")),
      html(get_string(json::value(run.scenario), "sha256")));
  return page + "</body>\n</html>\n";
}

RegisterReport const registered("evidence.html", &render_evidence,
                                "One self-contained page for people, with the timeline");

}  // namespace
}  // namespace pgdrill::reports
