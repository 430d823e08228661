// What the executor writes about itself and its items.
#include "harness/base/files.hpp"
#include "harness/engine/executor.hpp"

namespace pgdrill::engine {

namespace {

json::object objective_json(scenario::Objective const& objective) {
  json::object value{{"name", objective.name}, {"unit", objective.unit}};
  if (objective.unit == "s") {
    value["limit_ns"] = objective.limit.count();
  } else {
    value["limit_count"] = objective.count_limit;
  }
  return value;
}

/// `block` is the item of `steps` that it belongs to.
json::object step_json(scenario::StepSpec const& item, std::size_t block,
                       std::vector<Entry<Step>> const& steps) {
  json::object step{{"id", item.id},
                    {"kind", item.kind},
                    {"title", item.title},
                    {"timeout_ns", item.timeout.count()},
                    {"block", block}};
  if (item.sort == scenario::StepSpec::Sort::fault) {
    step["sort"] = "fault";
  } else if (Entry<Step> const* const entry = find_entry(steps, item.kind)) {
    if (!entry->declaration.effect.empty() && entry->make()->always_acts(item)) step["effect"] = true;
  }
  if (item.when) step["when"] = trigger_text(*item.when);
  return step;
}

json::object gate_json(scenario::GateSpec const& gate) {
  json::object value;
  if (!gate.metrics.empty()) value["metrics"] = json::value_from(gate.metrics);
  json::object limits;
  for (auto const& [metric, limit] : gate.limits) limits[metric] = limit.count();
  if (!limits.empty()) value["limits_ns"] = std::move(limits);
  if (gate.minimum_change_percent) value["minimum_change_percent"] = *gate.minimum_change_percent;
  if (gate.floor) value["floor_ns"] = gate.floor->count();
  if (gate.window) value["window"] = *gate.window;
  if (gate.require_history) value["require_history"] = *gate.require_history;
  if (!gate.baseline_branch.empty()) value["baseline_branch"] = gate.baseline_branch;
  if (!gate.baseline_tag.empty()) value["baseline_tag"] = gate.baseline_tag;
  return value;
}

json::value condition_json(std::optional<scenario::TriggerSpec> const& condition) {
  if (!condition) return nullptr;
  return {{"kind", condition->kind}, {"parameters", condition->parameters.values()}};
}

json::array acts_json(std::vector<scenario::StepSpec> const& items) {
  json::array all;
  for (scenario::StepSpec const& item : items) {
    all.push_back({{"kind", item.kind},
                   {"parameters", item.parameters.values()},
                   {"when", condition_json(item.when)},
                   {"held_ns", item.held ? json::value(item.held->count()) : json::value()},
                   {"during", acts_json(item.during)},
                   {"items", acts_json(item.children)}});
  }
  return all;
}

/// What a drill does, whatever the file says beside it: words, limits and comments may change, and its runs
/// are still comparable; a variable that reaches a step makes another drill.
std::string drill_sha256(scenario::Scenario const& scenario) {
  json::array probes;
  for (scenario::ProbeSpec const& probe : scenario.probes)
    probes.push_back({{"kind", probe.kind}, {"parameters", probe.parameters.values()}});
  scenario::Target const& target = scenario.target;
  return sha256_hex(canonical(json::object{
      {"target", {{"cluster", target.cluster}, {"database", target.database}, {"service", target.service}}},
      {"probes", std::move(probes)},
      {"steps", acts_json(scenario.steps)}}));
}

json::object scenario_json(scenario::Scenario const& scenario) {
  json::object value{{"name", scenario.name},
                     {"title", scenario.title},
                     {"file", scenario.file.filename().string()},
                     {"sha256", scenario.sha256},
                     {"drill_sha256", drill_sha256(scenario)},
                     {"tags", json::value_from(scenario.tags)},
                     {"variables", json::value_from(scenario.variables)},
                     {"expect", scenario.expect_failure ? "fail" : "pass"}};
  if (scenario.demands_nothing) value["objectives"] = "none";
  return value;
}

/// The checks that a run makes when it comes to its end.
json::array checks_json(scenario::Scenario const& scenario, std::vector<Entry<Step>> const& steps) {
  json::array all;
  auto const steady = [&](std::string_view when) {
    for (std::size_t i = 0; i < scenario.steady_state.size(); ++i)
      all.push_back({{"name", steady_state_check(when)}, {"step", ""}});
  };
  steady("before");
  for (scenario::StepSpec const* item : scenario::all_items(scenario)) {
    Entry<Step> const* const entry = find_entry(steps, item->kind);
    if (item->sort == scenario::StepSpec::Sort::fault || entry == nullptr) continue;
    for (std::string const& name : entry->make()->checks(*item, scenario))
      all.push_back({{"name", name}, {"step", item->id}});
  }
  steady("after");
  return all;
}

}  // namespace

std::string steady_state_check(std::string_view when) { return "steady-state " + std::string(when); }

void Executor::write_started() {
  scenario::Scenario const& scenario = settings_.scenario;
  json::array objectives;
  json::array probes;
  json::array steps;
  for (scenario::Objective const& objective : scenario.objectives) {
    objectives.push_back(objective_json(objective));
  }
  for (scenario::ProbeSpec const& probe : scenario.probes) {
    // What compares states is evidence; what a client sees is the RTO, unless the scenario says otherwise.
    bool const rto = probe.rto.value_or(find_entry(state_probes(), probe.kind) == nullptr);
    probes.push_back({{"name", probe.name}, {"kind", probe.kind}, {"rto", rto}});
  }
  json::array blocks;
  for (Item const& block : scenario.steps) {
    for (Item const* item : scenario::all_items(block))
      steps.push_back(step_json(*item, blocks.size(), *settings_.steps));
    blocks.push_back(scenario::worst_case(block).count());
  }
  json::object fields{{"scenario", scenario_json(scenario)},
                      {"seed", settings_.seed},
                      {"placebo", settings_.placebo},
                      {"pgdrill", {{"version", PGDRILL_VERSION}}},
                      {"target",
                       {{"namespace", scenario.target.ns},
                        {"cluster", scenario.target.cluster},
                        {"database", scenario.target.database},
                        {"service", scenario.target.service},
                        {"context", settings_.kube->access().description}}},
                      {"objectives", std::move(objectives)},
                      {"probes", std::move(probes)},
                      {"steps", std::move(steps)},
                      {"checks", checks_json(scenario, *settings_.steps)},
                      {"blocks_ns", std::move(blocks)}};
  if (!settings_.repetition.empty()) fields["repetition"] = settings_.repetition;
  if (scenario.gate) fields["gate"] = gate_json(*scenario.gate);
  settings_.journal->write("run-started", std::move(fields));
}

void Executor::start_item(Item const& item) {
  settings_.journal->write("step-started", {{"step", item.id}, {"kind", item.kind}, {"title", item.title}});
}

void Executor::finish_item(Item const& item, std::string_view status, Duration duration, json::object outputs,
                           std::optional<Error> const& error) {
  json::object fields{{"step", item.id},
                      {"status", status},
                      {"duration_ns", duration.count()},
                      {"outputs", std::move(outputs)}};
  if (error) fields["error"] = to_json(*error);
  settings_.journal->write("step-finished", std::move(fields));
  finished_.insert(&item);
}

void Executor::skip_the_rest() {
  for (Item const* item : scenario::all_items(settings_.scenario)) {
    if (!finished_.contains(item)) finish_item(*item, "skipped", Duration::zero(), {}, {});
  }
}

}  // namespace pgdrill::engine
