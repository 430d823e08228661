// The tables of evidence.html, one per list of the run.
#include <fmt/format.h>

#include "harness/base/json.hpp"
#include "reports/escape.hpp"
#include "reports/evidence_parts.hpp"

namespace pgdrill::reports {

std::string objectives_table(Verdict const& verdict) {
  std::vector<std::vector<std::string>> rows;
  for (ObjectiveResult const& objective : verdict.objectives) {
    rows.push_back(
        {html(objective.name), status_word(objective.status),
         objective.value ? html(fmt::format("{} {}", fixed(*objective.value), objective.unit)) : "–",
         html(fmt::format("{} {}", fixed(objective.limit), objective.unit)), html(objective.detail)});
  }
  return html_table("Objectives and what was measured", {"Objective", "Status", "Measured", "Limit", "How"},
                    rows);
}

namespace {

std::string signed_seconds(Nanoseconds duration) {
  return fmt::format("{:+.3f} s", static_cast<double>(duration) / 1e9);
}

/// What clocks of the cluster say of the moment at which a phase ends, against its mark.
std::string clocks_at(Verdict const& verdict, Phase const& phase) {
  std::string text;
  for (ClockComparison const& comparison : verdict.clocks) {
    ClockReading const& reading = comparison.reading;
    if (reading.mark != phase.mark || reading.mark_t != phase.to || reading.order != "same") continue;
    text += fmt::format("{}{} <span class=soft>{}</span>", text.empty() ? "" : "<br>",
                        signed_seconds(comparison.difference), html(reading.source, 200));
  }
  return text.empty() ? "–" : text;
}

std::string offset_text(ClockComparison const& comparison) {
  if (!comparison.offset_known) return "unknown";
  return signed_seconds(comparison.offset_least) + " to " + signed_seconds(comparison.offset_most);
}

}  // namespace

std::string breakdown_table(Verdict const& verdict) {
  std::vector<std::vector<std::string>> rows;
  for (Phase const& phase : verdict.phases) {
    rows.push_back({html(phase.name), seconds_text(phase.from), seconds_text(phase.to - phase.from),
                    seconds_text(phase.in_rto), clocks_at(verdict, phase)});
  }
  return html_table("Phases of the rollback; their parts in the RTO add up to it",
                    {"Phase", "From", "Took", "In the RTO", "Its end by the cluster's own clocks"}, rows);
}

std::string clocks_table(Verdict const& verdict) {
  std::vector<std::vector<std::string>> rows;
  for (ClockComparison const& comparison : verdict.clocks) {
    bool const agrees = comparison.contradiction == 0;
    std::string const order = comparison.reading.order == "same" ? "at " : comparison.reading.order + " ";
    rows.push_back({html(comparison.reading.source, 200), html(comparison.reading.at, 50),
                    html(order + comparison.reading.mark, 100), signed_seconds(comparison.difference),
                    seconds_text(comparison.reading.resolution), offset_text(comparison),
                    agrees ? "<span class=passed>agrees</span>"
                           : "<span class=failed>contradicts by " + signed_seconds(comparison.contradiction) +
                                 "</span>"});
  }
  return html_table(
      "The cluster's own clocks beside the marks",
      {"Told by", "Time", "Must be", "From the mark", "Resolution", "Clock ahead of ours by", "And so"},
      rows);
}

std::string steps_table(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (StepRecord const& step : run.steps) {
    std::string why;
    for (std::string_view const key : {"what", "why", "where", "todo"}) {
      std::string const part = get_string(json::value(step.error), key);
      if (!part.empty()) why += (why.empty() ? "" : " · ") + part;
    }
    rows.push_back({html(step.id), html(step.title), status_word(step.status),
                    step.started >= 0 && step.ended >= 0 ? seconds_text(step.ended - step.started) : "–",
                    html(why, 2000)});
  }
  return html_table("Steps of the drill", {"Step", "What", "Status", "Took", "Error"}, rows);
}

std::string marks_table(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (Mark const& mark : run.marks)
    rows.push_back({html(mark.name, 100), seconds_text(mark.t), html(mark.source, 200), html(mark.at, 50),
                    html(one_line(mark.detail, 300))});
  return html_table("Marks, and who told them", {"Mark", "At", "Told by", "By its own clock", "Detail"},
                    rows);
}

std::string faults_table(Run const& run) {
  auto const moment = [](Nanoseconds t) { return t < 0 ? std::string("–") : seconds_text(t); };
  std::vector<std::vector<std::string>> rows;
  for (FaultRecord const& record : run.faults) {
    rows.push_back({html(record.step, 100), status_word(record.status), html(record.target, 200),
                    html(record.condition + (record.observed.empty() ? "" : ": " + record.observed), 300),
                    moment(record.condition_at), moment(record.applied_at), moment(record.error),
                    moment(record.ended_at), html(record.why, 300)});
  }
  return html_table(
      "What was broken on purpose, when its condition held and when it was done",
      {"Fault", "Status", "Target", "Condition", "Held at", "Done at", "Late by", "Lifted at", "Why"}, rows);
}

std::string witnesses_table(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (Witness const& witness : run.witnesses) {
    rows.push_back({html(witness.subject), status_word(witness.seen ? "seen" : "missing"),
                    html(witness.channel), html(witness.expected), html(witness.observed),
                    html(witness.detail, 1000)});
  }
  return html_table("Faults and effects, and who saw them",
                    {"Effect of step", "Witness", "Channel", "Expected", "Observed", "Detail"}, rows);
}

std::string checks_table(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (Check const& check : run.checks) {
    std::string details;
    for (std::string const& detail : check.details) details += html(detail, 500) + "<br>";
    for (std::string const& one : check.not_examined) details += "not examined: " + html(one, 500) + "<br>";
    rows.push_back({html(check.name), html(check.subject), status_word(check.status),
                    html(check.expected, 300), html(check.observed, 300), details});
  }
  return html_table("Checks after the restore",
                    {"Check", "Subject", "Status", "Expected", "Observed", "Details"}, rows);
}

std::string findings_table(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (Finding const& finding : run.findings) {
    std::string keys;
    for (std::string const& row : finding.rows) keys += (keys.empty() ? "" : ", ") + row;
    rows.push_back({seconds_text(finding.t), html(finding.probe), html(finding.object), html(finding.what),
                    finding.authorised ? "authorised" : "<span class=failed>without right</span>",
                    html(keys, 600)});
  }
  return html_table("Differences that probes saw", {"At", "Probe", "Object", "Difference", "Right", "Rows"},
                    rows);
}

std::string outages_table(Verdict const& verdict) {
  std::vector<std::vector<std::string>> rows;
  for (Outage const& outage : verdict.outages) {
    rows.push_back(
        {html(outage.probe + (outage.sample_class.empty() ? "" : " " + outage.sample_class)),
         seconds_text(outage.from), outage.to ? seconds_text(*outage.to - outage.from) : "never ended",
         seconds_text(outage.resolution), fmt::format("{} failed, {} wrong", outage.failed, outage.wrong),
         html(one_line(outage.why, 200))});
  }
  return html_table("Outages as each probe saw them",
                    {"Probe", "From", "Lasted", "Resolution", "Answers", "First"}, rows);
}

std::string ledgers_table(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (LedgerVerdict const& ledger : run.ledgers) {
    rows.push_back({html(ledger.probe), std::to_string(ledger.acknowledged), std::to_string(ledger.present),
                    std::to_string(ledger.rightly_absent), std::to_string(ledger.lost.size()),
                    std::to_string(ledger.resurrected.size()), std::to_string(ledger.duplicated.size()),
                    std::to_string(ledger.altered.size()), std::to_string(ledger.split_brain.size()),
                    seconds_text(ledger.rpo)});
  }
  return html_table("Acknowledged writes",
                    {"Ledger", "Acknowledged", "Present", "Rightly absent", "Lost", "Resurrected",
                     "Duplicated", "Altered", "Split brain", "RPO"},
                    rows);
}

std::string undo_table(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (UndoRecordState const& record : run.undo) {
    rows.push_back({html(record.summary), status_word(record.status), html(record.error, 500)});
  }
  return html_table("What was done, and undone", {"Undo", "Status", "Error"}, rows);
}

}  // namespace pgdrill::reports
