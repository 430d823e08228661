#include "reports/run.hpp"

#include <algorithm>
#include <csignal>
#include <tuple>

#include "harness/base/time.hpp"
#include "reports/event_fields.hpp"
#include "reports/outage.hpp"

namespace pgdrill::reports {

namespace {

using namespace fields;
using Handler = void (*)(Run&, json::object const&);

ObjectiveLimit objective_of(json::object const& declared) {
  ObjectiveLimit objective{.name = text(declared, "name"), .unit = text(declared, "unit")};
  if (declared.contains("limit_ns")) {
    objective.limit = static_cast<double>(integer(declared, "limit_ns")) / 1e9;
    objective.unit = "s";
  } else {
    objective.limit = static_cast<double>(integer(declared, "limit_count"));
  }
  return objective;
}

void run_started(Run& run, json::object const& event) {
  run.scenario = object(event, "scenario");
  run.must_fail = text(run.scenario, "expect") == "fail";
  run.demands_nothing = text(run.scenario, "objectives") == "none";
  run.placebo = get_bool(json::value(event), "placebo");
  run.target = object(event, "target");
  run.version = text(event, "pgdrill.version");
  run.repetition = text(event, "repetition.id");
  run.gate = gate_settings_of(event);
  for (json::value const& declared : array(event, "objectives")) {
    if (declared.is_object()) run.objectives.push_back(objective_of(declared.get_object()));
  }
  for (json::value const& declared : array(event, "probes")) {
    if (!declared.is_object()) continue;
    json::object const& probe = declared.get_object();
    json::value const* const counts = probe.if_contains("rto");
    run.probes.push_back({.name = text(probe, "name"),
                          .kind = text(probe, "kind"),
                          .counts_for_rto = counts != nullptr && counts->is_bool() && counts->get_bool()});
  }
  for (json::value const& declared : array(event, "steps")) {
    if (!declared.is_object()) continue;
    json::object const& step = declared.get_object();
    run.steps.push_back({.id = text(step, "id"),
                         .kind = text(step, "kind"),
                         .title = text(step, "title"),
                         .fault = text(step, "sort") == "fault",
                         .effect = get_bool(declared, "effect"),
                         .status = "planned"});
  }
  for (json::value const& declared : array(event, "checks")) {
    if (!declared.is_object()) continue;
    json::object const& check = declared.get_object();
    run.planned_checks.push_back({.name = text(check, "name"), .step = text(check, "step")});
  }
}

StepRecord& step_of(Run& run, json::object const& event) {
  std::string const id = text(event, "step");
  auto const found =
      std::find_if(run.steps.begin(), run.steps.end(), [&](auto const& step) { return step.id == id; });
  if (found != run.steps.end()) return *found;
  return run.steps.emplace_back(
      StepRecord{.id = id, .kind = text(event, "kind"), .title = text(event, "title"), .status = "planned"});
}

void step_started(Run& run, json::object const& event) {
  StepRecord& step = step_of(run, event);
  step.status = "started";
  step.started = integer(event, "t");
}

void step_finished(Run& run, json::object const& event) {
  StepRecord& step = step_of(run, event);
  step.status = text(event, "status");
  step.ended = integer(event, "t");
  if (step.started < 0) step.started = step.ended - integer(event, "duration_ns");
  step.error = object(event, "error");
}

void mark(Run& run, json::object const& event) {
  Mark& mark = run.marks.emplace_back(Mark{.name = text(event, "name"),
                                           .step = text(event, "step"),
                                           .source = text(event, "source"),
                                           .at = text(event, "at"),
                                           .detail = text(event, "detail"),
                                           .t = integer(event, "t"),
                                           .wall = text(event, "wall")});
  if (mark.at.empty()) return;
  // A pod's log is stamped on its node; what else tells a time is a status of Kubernetes' or Flux' objects. A
  // mark that ends no phase may be written late: it is known with the next one only.
  bool const of_pod = mark.source.starts_with("pod ");
  run.clocks.push_back({.mark = mark.name,
                        .order = ends_phase(mark.name) ? "same" : "before",
                        .source = mark.source + (of_pod ? ": its log" : ""),
                        .clock = of_pod ? "node" : "kubernetes",
                        .at = mark.at,
                        .resolution = resolution_of(mark.at).count(),
                        .mark_t = mark.t,
                        .mark_wall = mark.wall});
}

std::string clock_of(json::object const& event) {
  return text(event, "clock") == "node" ? "node" : "kubernetes";
}

/// A clock's word stands beside the last mark of that name that was written before it: a drill may restore
/// twice.
void clock(Run& run, json::object const& event) {
  std::string const order = text(event, "order");
  ClockReading reading{.mark = text(event, "mark"),
                       .order = order == "before" || order == "after" ? order : "same",
                       .source = text(event, "source"),
                       .clock = clock_of(event),
                       .at = text(event, "at"),
                       .resolution = integer(event, "resolution_ns")};
  auto const found = std::find_if(run.marks.rbegin(), run.marks.rend(),
                                  [&](Mark const& mark) { return mark.name == reading.mark; });
  if (found != run.marks.rend()) {
    reading.mark_t = found->t;
    reading.mark_wall = found->wall;
  }
  run.clocks.push_back(std::move(reading));
}

void clock_offset(Run& run, json::object const& event) {
  run.clock_offsets.push_back(
      {.clock = clock_of(event), .least = integer(event, "least_ns"), .most = integer(event, "most_ns")});
}

void witness(Run& run, json::object const& event) {
  run.witnesses.push_back({.subject = text(event, "subject"),
                           .seen = text(event, "status") == "seen",
                           .channel = text(event, "channel"),
                           .expected = text(event, "expected"),
                           .observed = text(event, "observed"),
                           .detail = text(event, "detail")});
}

FaultRecord& fault_of(Run& run, json::object const& event) {
  std::string const step = text(event, "step");
  for (FaultRecord& record : run.faults) {
    if (record.step == step) return record;
  }
  return run.faults.emplace_back(FaultRecord{.step = step});
}

void trigger(Run& run, json::object const& event) {
  FaultRecord& record = fault_of(run, event);
  record.condition = text(event, "condition");
  record.observed = text(event, "observed");
  record.condition_at = integer(event, "condition_ns", -1);
}

void fault(Run& run, json::object const& event) {
  FaultRecord& record = fault_of(run, event);
  record.status = text(event, "action");
  if (std::string const target = text(event, "target"); !target.empty()) record.target = target;
  record.why = text(event, "why");
  if (record.status == "applied") {
    record.applied_at = integer(event, "act_ns", integer(event, "t"));
    record.error = integer(event, "error_ns", -1);
  } else if (record.status == "lifted" || record.status == "left") {
    record.ended_at = integer(event, "t");
  }
}

void check(Run& run, json::object const& event) {
  run.checks.push_back({.name = text(event, "name"),
                        .subject = text(event, "subject"),
                        .step = text(event, "step"),
                        .status = text(event, "status"),
                        .expected = text(event, "expected"),
                        .observed = text(event, "observed"),
                        .details = texts(event, "details"),
                        .not_examined = texts(event, "not_examined")});
}

void finding(Run& run, json::object const& event) {
  json::value const* const authorised = event.if_contains("authorised");
  run.findings.push_back(
      {.probe = text(event, "probe"),
       .object = text(event, "object"),
       .what = text(event, "what"),
       .count = integer(event, "count"),
       .rows = texts(event, "rows"),
       .authorised = authorised != nullptr && authorised->is_bool() && authorised->get_bool(),
       .t = integer(event, "t")});
}

Series& series_of(Run& run, std::string const& probe, std::string const& sample_class) {
  for (Series& series : run.series) {
    if (series.probe == probe && series.sample_class == sample_class) return series;
  }
  return run.series.emplace_back(Series{.probe = probe, .sample_class = sample_class});
}

void sample(Run& run, json::object const& event) {
  std::string const status = text(event, "status");
  Sample::Status const kind = status == "right"   ? Sample::Status::right
                              : status == "wrong" ? Sample::Status::wrong
                                                  : Sample::Status::failed;
  std::string why = error_text(event);
  if (why.empty() && kind == Sample::Status::wrong) {
    json::value const* const value = event.if_contains("value");
    if (value != nullptr)
      why = value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
  }
  series_of(run, text(event, "probe"), text(event, "class"))
      .samples.push_back({.status = kind,
                          .scheduled = integer(event, "scheduled_ns"),
                          .started = integer(event, "started_ns"),
                          .ended = integer(event, "ended_ns"),
                          .why = std::move(why)});
}

void probe_finished(Run& run, json::object const& event) {
  for (ProbeRecord& probe : run.probes) {
    if (probe.name == text(event, "probe")) probe.error = error_text(event);
  }
}

void ledger_verdict(Run& run, json::object const& event) {
  run.ledgers.push_back({.probe = text(event, "probe"),
                         .acknowledged = integer(event, "acked"),
                         .failed = integer(event, "failed"),
                         .unknown = integer(event, "unknown"),
                         .present = integer(event, "present"),
                         .rightly_absent = integer(event, "rightly_absent"),
                         .lost = integers(event, "lost"),
                         .resurrected = integers(event, "resurrected"),
                         .duplicated = integers(event, "duplicated"),
                         .altered = integers(event, "altered"),
                         .split_brain = integers(event, "split_brain"),
                         .rpo = integer(event, "rpo_ns")});
}

/// "15.18" of "15.18 (Debian 15.18-1)".
std::string version_only(std::string const& text) { return text.substr(0, text.find(' ')); }

void fact(Run& run, json::object const& event) {
  json::value const* const value = event.if_contains("value");
  if (value == nullptr) return;
  std::string const name = text(event, "name");
  run.facts[name] = *value;
  if (name == "environment" && value->is_object())
    run.postgres_versions.push_back(version_only(text(value->get_object(), "postgres")));
}

UndoRecordState& undo_of(Run& run, json::object const& event) {
  std::string const id = text(event, "id");
  for (UndoRecordState& record : run.undo) {
    if (record.id == id) return record;
  }
  return run.undo.emplace_back(UndoRecordState{.id = id});
}

void undo_announced(Run& run, json::object const& event) {
  UndoRecordState& record = undo_of(run, event);
  record.kind = text(event, "kind");
  record.summary = text(event, "summary");
  record.status = "announced";
}

void undo_started(Run& run, json::object const& event) {
  undo_of(run, event).status = "started";
  // A fault that is lifted in the middle of the run is part of the rollback, not of the clean-up.
  if (run.undo_started < 0 && !event.contains("lift")) run.undo_started = integer(event, "t");
}

void undo_finished(Run& run, json::object const& event) {
  UndoRecordState& record = undo_of(run, event);
  record.status = text(event, "status");
  record.error = error_text(event);
}

std::string signal_name(std::int64_t number) {
  if (number == SIGINT) return "SIGINT";
  return number == SIGTERM ? "SIGTERM" : "signal " + std::to_string(number);
}

void interrupted(Run& run, json::object const& event) {
  run.signal = text(event, "signal");
  if (run.signal.empty()) run.signal = signal_name(integer(event, "signal"));
}

void run_finished(Run& run, json::object const& event) {
  run.status = text(event, "status");
  run.error = object(event, "error");
}

Handler handler_of(std::string_view event) {
  static std::map<std::string_view, Handler> const handlers{{"run-started", run_started},
                                                            {"step-started", step_started},
                                                            {"step-finished", step_finished},
                                                            {"mark", mark},
                                                            {"clock", clock},
                                                            {"clock-offset", clock_offset},
                                                            {"witness", witness},
                                                            {"trigger", trigger},
                                                            {"fault", fault},
                                                            {"check", check},
                                                            {"finding", finding},
                                                            {"sample", sample},
                                                            {"probe-finished", probe_finished},
                                                            {"ledger-verdict", ledger_verdict},
                                                            {"fact", fact},
                                                            {"undo-announced", undo_announced},
                                                            {"undo-started", undo_started},
                                                            {"undo-finished", undo_finished},
                                                            {"interrupted", interrupted},
                                                            {"run-finished", run_finished}};
  auto const found = handlers.find(event);
  return found == handlers.end() ? nullptr : found->second;
}

std::string arm_of(Run const& run) {
  if (run.placebo) return " (placebo)";
  return run.must_fail ? " (negative control)" : "";
}

/// Events are numbered from 1 without a gap.
void count_event(Run& run, std::int64_t number) {
  if (number <= 0) return;
  if (number <= run.events) {
    ++run.repeated_events;
  } else {
    run.missing_events += number - run.events - 1;
    run.events = number;
  }
}

}  // namespace

Mark const* Run::mark(std::string_view name) const {
  for (Mark const& candidate : marks) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

std::string Run::scenario_name() const { return text(scenario, "name") + arm_of(*this); }

std::string Run::title() const {
  std::string const given = text(scenario, "title");
  return given.empty() ? scenario_name() : given + arm_of(*this);
}

std::string Run::postgres_version() const {
  std::string const found = version_only(text(target, "postgres"));
  return found.empty() && !postgres_versions.empty() ? postgres_versions.front() : found;
}

std::string Run::postgres_version_to() const {
  std::string const from = postgres_version();
  auto const other =
      std::find_if(postgres_versions.rbegin(), postgres_versions.rend(),
                   [&](std::string const& version) { return !version.empty() && version != from; });
  return other == postgres_versions.rend() ? from : *other;
}

void add_event(Run& run, json::object const& event) {
  if (run.id.empty()) {
    run.id = text(event, "run");
    run.started_wall = text(event, "wall");
  }
  count_event(run, integer(event, "seq"));
  run.ended_wall = text(event, "wall");
  run.ended = std::max(run.ended, integer(event, "t"));
  if (Handler const handle = handler_of(text(event, "event")); handle != nullptr) handle(run, event);
}

void sort_samples(Run& run) {
  auto const earlier = [](Sample const& a, Sample const& b) {
    return std::tie(a.scheduled, a.ended) < std::tie(b.scheduled, b.ended);
  };
  for (Series& series : run.series) std::ranges::sort(series.samples, earlier);
}

}  // namespace pgdrill::reports
