#include "harness/cli/plan_document.hpp"

#include <fmt/format.h>

#include "harness/engine/executor.hpp"
#include "harness/engine/registry.hpp"
#include "harness/engine/rights.hpp"

namespace pgdrill::cli {

namespace {

using scenario::StepSpec;

scenario::Declaration const* declaration_of(StepSpec const& item) {
  if (item.sort == StepSpec::Sort::fault) {
    auto const* const entry = engine::find_entry(engine::faults(), item.kind);
    return entry == nullptr ? nullptr : &entry->declaration;
  }
  auto const* const entry = engine::find_entry(engine::steps(), item.kind);
  return entry == nullptr ? nullptr : &entry->declaration;
}

std::string_view name_of(StepSpec::Sort sort) {
  switch (sort) {
    case StepSpec::Sort::fault:
      return "fault";
    case StepSpec::Sort::sequence:
      return "sequence";
    case StepSpec::Sort::parallel:
      return "parallel";
    case StepSpec::Sort::step:
      break;
  }
  return "step";
}

/// Only what was given or has a default.
json::object given(scenario::Parameters const& parameters) {
  json::object values;
  for (json::key_value_pair const& entry : parameters.values()) {
    if (!entry.value().is_null()) values[entry.key()] = entry.value();
  }
  return values;
}

void add_text(json::object& into, std::string_view key, std::string const& text) {
  if (!text.empty()) into[key] = text;
}

void add_declared(json::object& into, scenario::Declaration const& declaration) {
  add_text(into, "summary", declaration.summary);
  add_text(into, "effect", declaration.effect);
  add_text(into, "witness", declaration.witness);
  add_text(into, "undo", declaration.undo);
}

json::object condition(scenario::TriggerSpec const& spec) {
  return {{"kind", spec.kind}, {"parameters", given(spec.parameters)}};
}

json::array items(std::vector<StepSpec> const& specs);

json::object item(StepSpec const& spec) {
  json::object one{{"id", spec.id},
                   {"kind", spec.kind},
                   {"sort", name_of(spec.sort)},
                   {"title", spec.title},
                   {"timeout_ns", scenario::worst_case(spec).count()},
                   {"parameters", given(spec.parameters)}};
  if (spec.when) one["when"] = condition(*spec.when);
  if (spec.held) one["for_ns"] = spec.held->count();
  if (scenario::Declaration const* const declaration = declaration_of(spec)) {
    add_declared(one, *declaration);
    add_text(one, "phase", spec.overlap.empty() ? declaration->phase : spec.overlap);
  }
  if (!spec.during.empty()) one["during"] = items(spec.during);
  if (!spec.children.empty()) one["items"] = items(spec.children);
  return one;
}

json::array items(std::vector<StepSpec> const& specs) {
  json::array all;
  for (StepSpec const& spec : specs) all.push_back(item(spec));
  return all;
}

json::array probes(scenario::Scenario const& scenario) {
  json::array all;
  for (scenario::ProbeSpec const& spec : scenario.probes) {
    json::object one{{"name", spec.name}, {"kind", spec.kind}, {"parameters", given(spec.parameters)}};
    if (auto const* const entry = engine::find_entry(engine::probes(), spec.kind))
      add_declared(one, entry->declaration);
    all.push_back(std::move(one));
  }
  return all;
}

json::array conditions(std::vector<scenario::TriggerSpec> const& specs) {
  json::array all;
  for (scenario::TriggerSpec const& spec : specs) all.push_back(condition(spec));
  return all;
}

json::array objectives(scenario::Scenario const& scenario) {
  json::array all;
  for (scenario::Objective const& one : scenario.objectives) {
    bool const time = one.unit == "s";
    all.push_back({{"name", one.name},
                   {"limit", time ? format_duration(one.limit) : std::to_string(one.count_limit)},
                   {"unit", one.unit}});
  }
  return all;
}

json::object gate(scenario::GateSpec const& spec) {
  json::object limits;
  for (auto const& [metric, limit] : spec.limits) limits[metric] = format_duration(limit);
  json::object value{
      {"metrics", json::value_from(spec.metrics.empty() ? std::vector<std::string>{"rto"} : spec.metrics)},
      {"limits", std::move(limits)}};
  if (spec.minimum_change_percent) value["minimum_change"] = fmt::format("{}%", *spec.minimum_change_percent);
  if (spec.floor) value["floor"] = format_duration(*spec.floor);
  if (spec.window) value["window"] = *spec.window;
  if (spec.require_history) value["require_history"] = *spec.require_history;
  if (!spec.baseline_branch.empty()) value["baseline_branch"] = spec.baseline_branch;
  if (!spec.baseline_tag.empty()) value["baseline_tag"] = spec.baseline_tag;
  return value;
}

/// Everything that changes something, in the order in which it acts.
json::array blast_radius(scenario::Scenario const& scenario) {
  json::array all;
  auto const add = [&](std::string const& by, scenario::Declaration const& declaration) {
    if (declaration.effect.empty()) return;
    all.push_back({{"by", by},
                   {"effect", declaration.effect},
                   {"undo", declaration.undo.empty() ? "nothing to undo" : declaration.undo}});
  };
  for (scenario::ProbeSpec const& spec : scenario.probes) {
    if (auto const* const entry = engine::find_entry(engine::probes(), spec.kind))
      add(spec.name, entry->declaration);
  }
  for (StepSpec const* const spec : scenario::all_items(scenario)) {
    if (scenario::Declaration const* const declaration = declaration_of(*spec)) add(spec->id, *declaration);
  }
  return all;
}

}  // namespace

json::object plan_document(scenario::Scenario const& scenario) {
  Duration steps{};
  for (StepSpec const& spec : scenario.steps) steps += scenario::worst_case(spec);
  Duration const undo = engine::RunSettings{}.undo_limit;
  json::object plan{
      {"scenario", {{"name", scenario.name}, {"title", scenario.title}, {"file", scenario.file.string()}}},
      {"target",
       {{"namespace", scenario.target.ns},
        {"cluster", scenario.target.cluster},
        {"database", scenario.target.database},
        {"service", scenario.target.service},
        {"secret", scenario.target.secret}}},
      {"objectives", objectives(scenario)},
      {"probes", probes(scenario)},
      {"steps", items(scenario.steps)},
      {"blast_radius", blast_radius(scenario)},
      {"worst_case",
       {{"steps_ns", steps.count()}, {"undo_ns", undo.count()}, {"total_ns", (steps + undo).count()}}}};
  if (scenario.gate) plan["gate"] = gate(*scenario.gate);
  if (!scenario.steady_state.empty()) plan["steady_state"] = conditions(scenario.steady_state);
  if (!scenario.abort_when.empty()) plan["abort_when"] = conditions(scenario.abort_when);
  plan["role"] = engine::role_object(engine::rights_of(scenario), {.ns = scenario.target.ns});
  return plan;
}

}  // namespace pgdrill::cli
