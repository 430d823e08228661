#include "reports/evidence_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/json.hpp"
#include "reports/escape.hpp"

namespace pgdrill::reports {

namespace {

std::string value_text(json::value const& value) {
  if (value.is_string()) return std::string(value.get_string());
  return json::serialize(value);
}

std::string code(std::string const& text) { return "<code>" + html(text) + "</code>"; }

/// A fact's plain members as rows; what is large (snapshots of states) is told by its size only.
std::vector<std::vector<std::string>> fact_rows(std::string const& name, json::value const& value) {
  std::vector<std::vector<std::string>> rows;
  if (!value.is_object()) return {{html(name), "", html(value_text(value), 400)}};
  for (auto const& entry : value.get_object()) {
    std::string const text = value_text(entry.value());
    if (text.empty()) continue;
    bool const large = text.size() > 400;
    rows.push_back({html(name), html(entry.key()),
                    large ? fmt::format("<span class=soft>{} bytes, in journal.jsonl</span>", text.size())
                          : code(text)});
  }
  return rows;
}

std::vector<std::vector<std::string>> rows_of(Run const& run, std::vector<std::string> const& names) {
  std::vector<std::vector<std::string>> rows;
  for (std::string const& name : names) {
    auto const found = run.facts.find(name);
    if (found == run.facts.end()) continue;
    auto const more = fact_rows(name, found->second);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

/// What others told of an act: a revision, an LSN, a timeline; by their own clock where they have one.
void add_marks(Run const& run, std::string const& fact, std::vector<std::string> const& names,
               std::vector<std::vector<std::string>>& rows) {
  for (std::string const& name : names) {
    Mark const* const mark = run.mark(name);
    if (mark == nullptr) continue;
    std::string const told = mark->source + (mark->at.empty() ? "" : ", " + mark->at);
    std::string const detail = mark->detail.empty() ? "" : code(one_line(mark->detail, 300)) + " ";
    rows.push_back(
        {fact, html(name), fmt::format("{}<span class=soft>({})</span>", detail, html(told, 200))});
  }
}

}  // namespace

std::string status_word(std::string const& status) {
  return fmt::format("<span class=\"{0}\">{0}</span>", html(one_line(status, 30)));
}

std::string seconds_text(Nanoseconds duration) {
  return fmt::format("{:.3f} s", static_cast<double>(duration) / 1e9);
}

std::string decision_label(Verdict const& verdict) {
  return verdict.decision == "go" ? "GO" : verdict.decision == "no-go" ? "NO-GO" : "INCONCLUSIVE";
}

std::string html_table(std::string const& caption, std::vector<std::string> const& header,
                       std::vector<std::vector<std::string>> const& rows) {
  if (rows.empty()) return "";
  // What scrolls must be reachable by keyboard, and then needs a name.
  std::string text = fmt::format(
      "<div class=table role=region tabindex=0 aria-label=\"{0}\"><table><caption>{0}"
      "</caption><thead><tr>",
      html(caption));
  for (std::string const& cell : header) text += "<th scope=col>" + cell + "</th>";
  text += "</tr></thead><tbody>\n";
  for (auto const& row : rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      text += i == 0 ? "<th scope=row>" + row[i] + "</th>" : "<td>" + row[i] + "</td>";
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string rollout_results(Run const& run) {
  auto rows = rows_of(run, {"migration", "rollout", "revert", "flux", "reconciled"});
  add_marks(run, "reconciliation",
            {"migration-pushed", "damage-done", "revert-pushed", "revert-fetched", "revert-applied"}, rows);
  return html_table("Rolled out, and rolled back", {"Fact", "Field", "Value"}, rows);
}

std::string facts_section(Run const& run) {
  auto rows =
      rows_of(run, {"cluster-before", "backup", "captured-target", "restore", "cut-over", "restored-end"});
  add_marks(run, "recovery",
            {"restore-requested", "recovery-started", "base-restored", "replay-started", "replay-stopped",
             "promoted", "cluster-ready"},
            rows);
  return html_table("Backed up, captured and restored", {"Fact", "Field", "Value"}, rows);
}

std::string environment_section(Run const& run) {
  static std::vector<std::string> const shown{
      "migration", "rollout",         "revert",  "flux",     "reconciled",  "cluster-before",
      "backup",    "captured-target", "restore", "cut-over", "restored-end"};
  std::vector<std::vector<std::string>> rows = fact_rows("target", run.target);
  for (auto const& [name, value] : run.facts) {
    bool const elsewhere = std::find(shown.begin(), shown.end(), name) != shown.end();
    bool const live =
        name.starts_with("last:") || name.starts_with("writes:") || name.starts_with("finding:");
    if (elsewhere || live) continue;
    auto const more = fact_rows(name, value);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  auto const scenario = fact_rows("scenario", run.scenario);
  rows.insert(rows.end(), scenario.begin(), scenario.end());
  rows.push_back({"pgdrill", "version", code(run.version)});
  return html_table("Where, with what, from which scenario", {"Fact", "Field", "Value"}, rows);
}

std::string files_section(Verdict const& verdict) {
  std::vector<std::vector<std::string>> rows;
  for (auto const& [file, hash] : verdict.files)
    rows.push_back({fmt::format("<a href=\"{0}\">{0}</a>", html(file)), "<code>" + hash + "</code>"});
  std::string const table = html_table("SHA-256 of the files of this package", {"File", "SHA-256"}, rows);
  if (table.empty()) return "";
  return table +
         "<p>MANIFEST.sha256 lists them all with this page: <code>sha256sum -c MANIFEST.sha256</code>. "
         "statement.intoto.json binds journal and results in an in-toto statement; it is not signed.</p>\n";
}

std::string scope_section(Run const& run, Verdict const& verdict) {
  std::string text = "<ul>\n";
  text += fmt::format(
      "<li>One drill, in namespace {} of {}: proven {} of 1 time under these conditions.</li>\n",
      code(get_string(json::value(run.target), "namespace")),
      code(get_string(json::value(run.target), "context", "the cluster")), verdict.decision == "go" ? 1 : 0);
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.status == "not-measured")
      text += fmt::format("<li>Not measured: {}: {}</li>\n", html(objective.name), html(objective.detail));
  }
  for (StepRecord const& step : run.steps) {
    if (step.status == "planned" || step.status == "skipped")
      text += fmt::format("<li>Not tested: step {}: {}</li>\n", html(step.id), html(step.title));
  }
  text += "<li>Other amounts of data, other versions and other faults are not shown by it.</li>\n";
  return text +
         "</ul>\n<p class=soft>Carried out by: ____________ &nbsp; Approved by: ____________ &nbsp; Next "
         "due: "
         "____________</p>\n";
}

}  // namespace pgdrill::reports
