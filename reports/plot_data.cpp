// timeline.csv, samples.csv and history.csv: what the plots of evidence.html are drawn from (RFC 4180).
#include <fmt/format.h>

#include "harness/base/json.hpp"
#include "reports/csv.hpp"
#include "reports/report.hpp"

namespace pgdrill::reports {

namespace {

std::string seconds(Nanoseconds t) { return fixed(static_cast<double>(t) / 1e9, 6); }

std::string row(std::string_view kind, std::string const& name, std::string const& from,
                std::string const& to, std::string const& what) {
  return fmt::format("{},{},{},{},{}\r\n", kind, csv_cell(name), from, to, csv_cell(what));
}

std::string render_timeline(Run const& run, Verdict const& verdict) {
  std::string text = "kind,name,from_s,to_s,what\r\n";
  for (StepRecord const& step : run.steps) {
    if (step.started < 0) continue;
    text +=
        row("step", step.id, seconds(step.started), step.ended < 0 ? "" : seconds(step.ended), step.status);
  }
  for (Phase const& phase : verdict.phases)
    text += row("phase", phase.name, seconds(phase.from), seconds(phase.to), "");
  for (FaultRecord const& record : run.faults) {
    if (record.applied_at >= 0)
      text += row("fault", record.step, seconds(record.applied_at),
                  record.ended_at < 0 ? "" : seconds(record.ended_at), record.target);
  }
  for (Mark const& mark : run.marks) text += row("mark", mark.name, seconds(mark.t), "", mark.source);
  for (Outage const& outage : verdict.outages) {
    text += row("outage", outage.probe + (outage.sample_class.empty() ? "" : " " + outage.sample_class),
                seconds(outage.from), outage.to ? seconds(*outage.to) : "", outage.why);
  }
  if (verdict.rto.measured)
    text += row("rto", "rto", seconds(verdict.rto.from), verdict.rto.to ? seconds(*verdict.rto.to) : "", "");
  return text;
}

std::string render_samples(Run const& run, Verdict const&) {
  std::string text = "probe,class,scheduled_s,started_s,ended_s,status\r\n";
  for (Series const& series : run.series) {
    std::string const name = csv_cell(series.probe) + "," + csv_cell(series.sample_class) + ",";
    for (Sample const& sample : series.samples) {
      std::string_view const status = sample.status == Sample::Status::right   ? "right"
                                      : sample.status == Sample::Status::wrong ? "wrong"
                                                                               : "failed";
      text += fmt::format("{}{},{},{},{}\r\n", name, seconds(sample.scheduled), seconds(sample.started),
                          seconds(sample.ended), status);
    }
  }
  return text;
}

std::string render_history(Run const&, Verdict const& verdict) {
  if (!verdict.history) return "";
  std::string text = "started,rto_s\r\n";
  for (HistoryFigures::Entry const& entry : verdict.history->runs)
    text += csv_cell(entry.started) + "," + fixed(entry.rto, 6) + "\r\n";
  return text;
}

RegisterReport const timeline("timeline.csv", &render_timeline,
                              "Steps, faults, phases, marks and outages: what the timeline is drawn from");
RegisterReport const samples("samples.csv", &render_samples, "Every answer that a probe got");
RegisterReport const history("history.csv", &render_history, "RTO of earlier runs, when a history was given");

}  // namespace
}  // namespace pgdrill::reports
