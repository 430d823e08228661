// summary.md: the decision for a pull request or a job's summary; far below GitHub's limits (65 kB, 1 MiB).
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/json.hpp"
#include "reports/escape.hpp"
#include "reports/evidence_parts.hpp"
#include "reports/markdown.hpp"
#include "reports/report.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::size_t shown = 20;

std::string bullets(std::vector<std::string> const& entries) {
  std::string text;
  for (std::size_t i = 0; i < std::min(entries.size(), shown); ++i)
    text += "- " + markdown_cell(entries[i], 600) + "\n";
  if (entries.size() > shown) text += fmt::format("- and {} more, in the evidence\n", entries.size() - shown);
  return text;
}

std::string objectives(Verdict const& verdict) {
  if (verdict.objectives.empty()) return "";
  std::string text = "| Objective | Status | Measured | Limit |\n|---|---|---:|---:|\n";
  for (ObjectiveResult const& objective : verdict.objectives) {
    text += fmt::format("| {} | {} | {} | {} {} |\n", markdown_cell(objective.name),
                        markdown_cell(objective.status),
                        objective.value ? fixed(*objective.value) + " " + objective.unit : "not measured",
                        fixed(objective.limit), markdown_cell(objective.unit));
  }
  return text;
}

std::string phases(Verdict const& verdict) {
  if (verdict.phases.empty()) return "";
  std::string text = "\n<details><summary>Where the time went</summary>\n\n| Phase | Seconds |\n|---|---:|\n";
  for (Phase const& phase : verdict.phases)
    text += fmt::format("| {} | {:.3f} |\n", markdown_cell(phase.name),
                        static_cast<double>(phase.to - phase.from) / 1e9);
  return text + "\n</details>\n";
}

std::string render_summary(Run const& run, Verdict const& verdict) {
  json::value const target = run.target;
  std::string text =
      fmt::format("### {}: {}\n\n", decision_label(verdict), markdown_cell(run.scenario_name()));
  text +=
      fmt::format("{} on {}/{}, run {}\n\n", markdown_cell(get_string(json::value(run.scenario), "title")),
                  markdown_cell(get_string(target, "namespace")),
                  markdown_cell(get_string(target, "cluster")), markdown_cell(run.id));
  text += bullets(verdict.reasons) + "\n" + objectives(verdict);
  if (!verdict.not_examined.empty()) text += "\n**Not examined**\n\n" + bullets(verdict.not_examined);
  if (!verdict.remediation.empty()) text += "\n**What to do**\n\n" + bullets(verdict.remediation);
  if (verdict.history) text += "\n" + markdown_cell(verdict.history->sentence, 2000) + "\n";
  std::vector<std::string> const clocks = clock_contradictions(verdict.clocks);
  if (!clocks.empty()) text += "\n**Clocks that contradict the marks**\n\n" + bullets(clocks);
  return text + phases(verdict);
}

RegisterReport const registered("summary.md", &render_summary, "The decision in short, for a pull request");

}  // namespace
}  // namespace pgdrill::reports
