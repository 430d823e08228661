// evidence.html: one self-contained page (no script, nothing fetched) with the decision and its reasons
// first. Meaning never rests on colour alone; what scrolls can be reached by keyboard; it prints, and fits a
// phone.
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

struct Section {
  std::string id;
  std::string title;
  std::string body;
};

std::string list(std::vector<std::string> const& entries) {
  std::string text = "<ul>\n";
  for (std::string const& entry : entries) text += "<li>" + html(entry, 2000) + "</li>\n";
  return text + "</ul>\n";
}

std::string head(Run const& run, Verdict const& verdict) {
  std::string_view const shape = verdict.decision == "go" ? "✔" : verdict.decision == "no-go" ? "✖" : "?";
  std::string text = fmt::format("<header>\n<p class=soft>pgdrill evidence · run {} · {} to {}</p>\n",
                                 html(run.id, 200), html(run.started_wall, 40), html(run.ended_wall, 40));
  text += "<h1>" + html(run.title(), 500) + "</h1>\n";
  text += fmt::format("<p><strong class=\"decision {}\"><span aria-hidden=true>{}</span> {}</strong></p>\n",
                      verdict.decision, shape, decision_label(verdict));
  text += "<h2 id=reasons>Why</h2>\n" + list(verdict.reasons);
  if (!verdict.not_examined.empty())
    text += "<p>Not examined, and so not proven:</p>\n" + list(verdict.not_examined);
  std::string const rto = verdict.rto.measured && verdict.rto.to
                              ? seconds_text(*verdict.rto.to - verdict.rto.from)
                              : std::string("not measured");
  return text + "<p>RTO: <strong>" + rto + "</strong></p>\n</header>\n";
}

std::string rpo_body(Run const& run, Verdict const& verdict) {
  std::string text;
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.name != "rpo") continue;
    text +=
        fmt::format("<p>RPO {}: {} {}</p>\n", objective.value ? fixed(*objective.value) + " s" : "unknown",
                    status_word(objective.status), html(objective.detail));
  }
  return text + ledgers_table(run);
}

std::vector<Section> sections(Run const& run, Verdict const& verdict) {
  return {
      {"objectives", "Objectives", objectives_table(verdict)},
      {"rollout", "Rollout results", rollout_results(run)},
      {"timeline", "Timeline",
       "<div class=chart role=region tabindex=0 aria-label=\"Timeline; the tables below hold the same\">" +
           timeline_svg(run, verdict) +
           "</div>\n<p>Answers: <span class=passed>■ right</span>, <span class=failed>■ wrong</span>, <span "
           "class=error>■ "
           "failed</span>; shaded: the outage that clients saw. <span class=soft>Data: timeline.csv, "
           "samples.csv.</span></p>\n" +
           marks_table(run)},
      {"rto", "RTO: where the time went", rto_breakdown(run, verdict) + clocks_table(verdict)},
      {"rpo", "RPO", rpo_body(run, verdict)},
      {"integrity", "Integrity", integrity_table(run) + checks_table(run) + findings_table(run)},
      {"restores", "Backups and restores", facts_section(run)},
      {"remediation", "What failed, and what to do",
       verdict.remediation.empty() ? "<p>Nothing failed.</p>\n" : list(verdict.remediation)},
      {"conditions", "Rollback conditions", rollback_conditions(run, verdict)},
      {"steps", "Steps", steps_table(run)},
      {"faults", "Faults, effects and their witnesses", faults_table(run) + witnesses_table(run)},
      {"outages", "Outages by probe", outages_table(verdict)},
      {"undo", "Undo", undo_table(run)},
      {"scope", "What this does and does not show", scope_section(run, verdict)},
      {"environment", "Environment", environment_section(run)},
      {"files", "Files", files_section(verdict)}};
}

std::string page_head(Run const& run, Verdict const& verdict) {
  std::string page = "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n";
  page +=
      "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";
  page += "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n<title>" +
          html("pgdrill: " + run.scenario_name() + ": " + decision_label(verdict), 300) +
          "</title>\n<style>\n";
  return page + std::string(embedded::reports("evidence.css")) + "</style>\n</head>\n<body>\n";
}

std::string render_evidence(Run const& run, Verdict const& verdict) {
  std::string page = page_head(run, verdict);
  page += "<a class=skip href=\"#main\">Skip to the evidence</a>\n" + head(run, verdict);
  std::string contents;
  std::string body;
  for (Section const& section : sections(run, verdict)) {
    if (section.body.empty()) continue;
    contents += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, section.title);
    body += fmt::format("<section aria-labelledby={0}>\n<h2 id={0}>{1}</h2>\n{2}</section>\n", section.id,
                        section.title, section.body);
  }
  page +=
      "<nav aria-label=Contents>\n<ul>\n" + contents + "</ul>\n</nav>\n<main id=main>\n" + body + "</main>\n";
  std::string const journal =
      verdict.files.contains("journal.jsonl") ? verdict.files.at("journal.jsonl") : "";
  page += fmt::format("<footer class=soft><p>Made from journal.jsonl{} by pgdrill {}.</p></footer>\n",
                      journal.empty() ? "" : " (sha256 " + journal + ")", html(run.version, 100));
  return page + "</body>\n</html>\n";
}

RegisterReport const registered(
    "evidence.html", &render_evidence,
    "One self-contained page for people, with the timeline and the rollback conditions", Stage::page);

}  // namespace
}  // namespace pgdrill::reports
