// verdict.json: the verdict for programs. Its fields are an interface; README names them.
#include "harness/base/json.hpp"
#include "reports/escape.hpp"
#include "reports/plain_json.hpp"
#include "reports/report.hpp"

namespace pgdrill::reports {

namespace {

/// Seconds with millisecond resolution; printed without exponent since JSON readers differ in taste.
json::value seconds(Nanoseconds duration) { return json::value(static_cast<double>(duration) / 1e9); }

json::array texts(std::vector<std::string> const& list) { return json::array(list.begin(), list.end()); }

json::array numbers(std::vector<std::int64_t> const& list) { return json::array(list.begin(), list.end()); }

json::array objectives_json(Verdict const& verdict) {
  json::array list;
  for (ObjectiveResult const& objective : verdict.objectives) {
    list.push_back({{"name", objective.name},
                    {"status", objective.status},
                    {"value", objective.value ? json::value(*objective.value) : json::value(nullptr)},
                    {"limit", objective.limit},
                    {"unit", objective.unit},
                    {"detail", objective.detail}});
  }
  return list;
}

json::array breakdown_json(Verdict const& verdict) {
  json::array breakdown;
  for (Phase const& phase : verdict.phases) {
    breakdown.push_back({{"phase", phase.name},
                         {"from_s", seconds(phase.from)},
                         {"seconds", seconds(phase.to - phase.from)},
                         {"in_rto_s", seconds(phase.in_rto)}});
  }
  return breakdown;
}

/// Where the time of one class' outage went; empty while it lasts.
json::array breakdown_json(Verdict const& verdict, ClassRto const& rto) {
  json::array breakdown;
  if (!rto.to) return breakdown;
  for (Phase const& phase : verdict.phases) {
    Nanoseconds const part = part_between(phase, rto.from, *rto.to);
    if (part > 0) breakdown.push_back({{"phase", phase.name}, {"seconds", seconds(part)}});
  }
  return breakdown;
}

json::array classes_json(Verdict const& verdict) {
  json::array list;
  for (ClassRto const& rto : verdict.rto.classes) {
    list.push_back({{"probe", rto.probe},
                    {"class", rto.sample_class},
                    {"counts", rto.counts},
                    {"from_s", seconds(rto.from)},
                    {"seconds", rto.to ? seconds(*rto.to - rto.from) : json::value(nullptr)},
                    {"resolution_s", seconds(rto.resolution)},
                    {"breakdown", breakdown_json(verdict, rto)}});
  }
  return list;
}

json::object rto_json(Verdict const& verdict) {
  json::object rto{{"measured", verdict.rto.measured}};
  if (!verdict.rto.measured) {
    rto["why"] = verdict.rto.why_not;
    return rto;
  }
  rto["from_s"] = seconds(verdict.rto.from);
  rto["to_s"] = verdict.rto.to ? seconds(*verdict.rto.to) : json::value(nullptr);
  rto["resolution_s"] = seconds(verdict.rto.resolution);
  rto["breakdown"] = breakdown_json(verdict);
  rto["classes"] = classes_json(verdict);
  return rto;
}

json::array clocks_json(Verdict const& verdict) {
  json::array list;
  for (ClockComparison const& comparison : verdict.clocks) {
    auto const offset = [&](Nanoseconds bound) {
      return comparison.offset_known ? seconds(bound) : json::value(nullptr);
    };
    list.push_back({{"mark", comparison.reading.mark},
                    {"mark_s", seconds(comparison.reading.mark_t)},
                    {"order", comparison.reading.order},
                    {"source", comparison.reading.source},
                    {"clock", comparison.reading.clock},
                    {"at", comparison.reading.at},
                    {"resolution_s", seconds(comparison.reading.resolution)},
                    {"difference_s", seconds(comparison.difference)},
                    {"offset_least_s", offset(comparison.offset_least)},
                    {"offset_most_s", offset(comparison.offset_most)},
                    {"contradiction_s", seconds(comparison.contradiction)}});
  }
  return list;
}

json::array steps_json(Run const& run) {
  json::array list;
  for (StepRecord const& step : run.steps) {
    json::object entry{{"id", step.id}, {"kind", step.kind}, {"title", step.title}, {"status", step.status}};
    if (step.started >= 0 && step.ended >= 0) entry["seconds"] = seconds(step.ended - step.started);
    if (!step.error.empty()) entry["error"] = step.error;
    list.push_back(std::move(entry));
  }
  return list;
}

json::array witnesses_json(Run const& run) {
  json::array list;
  for (Witness const& witness : run.witnesses) {
    list.push_back({{"subject", witness.subject},
                    {"status", witness.seen ? "seen" : "missing"},
                    {"channel", witness.channel},
                    {"expected", witness.expected},
                    {"observed", witness.observed},
                    {"detail", witness.detail}});
  }
  return list;
}

json::array faults_json(Run const& run) {
  auto const moment = [](Nanoseconds t) { return t < 0 ? json::value(nullptr) : seconds(t); };
  json::array list;
  for (FaultRecord const& record : run.faults) {
    list.push_back({{"step", record.step},
                    {"status", record.status},
                    {"target", record.target},
                    {"condition", record.condition},
                    {"observed", record.observed},
                    {"condition_s", moment(record.condition_at)},
                    {"applied_s", moment(record.applied_at)},
                    {"late_by_s", moment(record.error)},
                    {"ended_s", moment(record.ended_at)},
                    {"why", record.why}});
  }
  return list;
}

json::array checks_json(Run const& run) {
  json::array list;
  for (Check const& check : run.checks) {
    list.push_back({{"name", check.name},
                    {"subject", check.subject},
                    {"step", check.step},
                    {"status", check.status},
                    {"expected", check.expected},
                    {"observed", check.observed},
                    {"details", texts(check.details)},
                    {"not_examined", texts(check.not_examined)}});
  }
  return list;
}

json::array findings_json(Run const& run) {
  json::array list;
  for (Finding const& finding : run.findings) {
    list.push_back({{"probe", finding.probe},
                    {"object", finding.object},
                    {"what", finding.what},
                    {"count", finding.count},
                    {"rows", texts(finding.rows)},
                    {"authorised", finding.authorised},
                    {"at_s", seconds(finding.t)}});
  }
  return list;
}

json::array ledgers_json(Run const& run) {
  json::array list;
  for (LedgerVerdict const& ledger : run.ledgers) {
    list.push_back({{"probe", ledger.probe},
                    {"acknowledged", ledger.acknowledged},
                    {"failed", ledger.failed},
                    {"unknown", ledger.unknown},
                    {"present", ledger.present},
                    {"rightly_absent", ledger.rightly_absent},
                    {"lost", numbers(ledger.lost)},
                    {"resurrected", numbers(ledger.resurrected)},
                    {"duplicated", numbers(ledger.duplicated)},
                    {"altered", numbers(ledger.altered)},
                    {"split_brain", numbers(ledger.split_brain)},
                    {"rpo_s", seconds(ledger.rpo)}});
  }
  return list;
}

/// Where in the WAL the restore ended, by the restored server; null when it was not asked.
json::value restored_end_json(Run const& run) {
  auto const end = run.facts.find("restored-end");
  return end == run.facts.end() ? json::value(nullptr) : end->second;
}

json::array outages_json(Verdict const& verdict) {
  json::array list;
  for (Outage const& outage : verdict.outages) {
    list.push_back({{"probe", outage.probe},
                    {"class", outage.sample_class},
                    {"from_s", seconds(outage.from)},
                    {"to_s", outage.to ? seconds(*outage.to) : json::value(nullptr)},
                    {"resolution_s", seconds(outage.resolution)},
                    {"failed", outage.failed},
                    {"wrong", outage.wrong},
                    {"why", outage.why}});
  }
  return list;
}

json::array undo_json(Run const& run) {
  json::array list;
  for (UndoRecordState const& record : run.undo) {
    list.push_back({{"id", record.id},
                    {"kind", record.kind},
                    {"summary", record.summary},
                    {"status", record.status},
                    {"error", record.error}});
  }
  return list;
}

constexpr std::size_t longest_text = 20'000;  ///< the journal has the whole

/// A journal may hold texts of any length; a program that reads the verdict need not.
void bound_texts(json::value& value) {
  if (value.is_string() && value.get_string().size() > longest_text) {
    value = clean(value.get_string(), longest_text);
  } else if (value.is_array()) {
    for (json::value& element : value.get_array()) bound_texts(element);
  } else if (value.is_object()) {
    for (auto& entry : value.get_object()) bound_texts(entry.value());
  }
}

std::string render_verdict(Run const& run, Verdict const& verdict) {
  json::array codes(verdict.exit_codes.begin(), verdict.exit_codes.end());
  json::object document{{"version", 1},
                        {"decision", verdict.decision},
                        {"exit_code", verdict.exit_code},
                        {"exit_codes", std::move(codes)},
                        {"reasons", texts(verdict.reasons)},
                        {"run", run.id},
                        {"status", run.status.empty() ? "broken-off" : run.status},
                        {"scenario", run.scenario},
                        {"target", run.target},
                        {"pgdrill", run.version},
                        {"started", run.started_wall},
                        {"finished", run.ended_wall},
                        {"seconds", seconds(run.ended)},
                        {"objectives", objectives_json(verdict)},
                        {"rto", rto_json(verdict)},
                        {"clocks", clocks_json(verdict)},
                        {"steps", steps_json(run)},
                        {"faults", faults_json(run)},
                        {"witnesses", witnesses_json(run)},
                        {"checks", checks_json(run)},
                        {"findings", findings_json(run)},
                        {"ledgers", ledgers_json(run)},
                        {"restored_end", restored_end_json(run)},
                        {"outages", outages_json(verdict)},
                        {"undo", undo_json(run)},
                        {"not_examined", texts(verdict.not_examined)},
                        {"remediation", texts(verdict.remediation)}};
  if (!run.gate.empty()) document["gate"] = to_json(run.gate);
  json::value bounded = std::move(document);
  bound_texts(bounded);
  return plain_json(bounded);
}

RegisterReport const registered(
    "verdict.json", &render_verdict,
    "The verdict for programs: decision, exit code, objectives, reasons and what they are made of");

}  // namespace
}  // namespace pgdrill::reports
