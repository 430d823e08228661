// A plan for people.
#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "harness/base/time.hpp"
#include "harness/base/yaml_text.hpp"
#include "harness/cli/output.hpp"
#include "harness/cli/plan_document.hpp"

namespace pgdrill::cli {

namespace {

std::string duration(json::value const& document, std::string_view path) {
  return format_duration(Duration(get_int(document, path)));
}

json::array const& list(json::value const& document, std::string_view path) {
  static json::array const none;
  json::value const* const found = find(document, path);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::string value_text(json::value const& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_double()) return fmt::format("{}", value.get_double());  // Boost.JSON writes 0E0
  if (!value.is_array()) return json::serialize(value);
  std::vector<std::string> parts;
  for (json::value const& one : value.get_array()) parts.push_back(value_text(one));
  return "[" + join(parts, ", ") + "]";
}

/// "for: 2s, at: replay"
std::string parameters(json::value const& item) {
  std::string text;
  json::value const* const values = find(item, "parameters");
  if (values == nullptr || !values->is_object()) return text;
  for (json::key_value_pair const& entry : values->get_object()) {
    if (entry.value().is_array() && entry.value().get_array().empty()) continue;
    text += (text.empty() ? "" : ", ") + std::string(entry.key()) + ": " + value_text(entry.value());
  }
  return text;
}

void declared(std::string& out, json::value const& item, std::string const& margin) {
  for (auto const& [label, key] :
       {std::pair{"effect", "effect"}, {"witness", "witness"}, {"must overlap", "phase"}, {"undo", "undo"}}) {
    std::string const text = get_string(item, key);
    if (!text.empty()) out += fmt::format("{}{}: {}\n", margin, label, text);
  }
}

std::string condition(json::value const& spec) {
  std::string const values = parameters(spec);
  return get_string(spec, "kind") + (values.empty() ? "" : " (" + values + ")");
}

void steps(std::string& out, json::array const& all, std::string const& prefix, std::string const& margin) {
  std::size_t number = 0;
  for (json::value const& one : all) {
    std::string const place = prefix + std::to_string(++number);
    out += fmt::format("{}{}. {} (at most {}): {}\n", margin, place, get_string(one, "id"),
                       duration(one, "timeout_ns"), get_string(one, "title"));
    std::string const below = margin + "     ";
    std::string const values = parameters(one);
    if (!values.empty()) out += below + wrapped(values, below.size()) + "\n";
    if (json::value const* const when = find(one, "when")) out += below + "when: " + condition(*when) + "\n";
    declared(out, one, below);
    if (!list(one, "during").empty()) {
      out += below + "meanwhile:\n";
      steps(out, list(one, "during"), place + ".", below);
    }
    steps(out, list(one, "items"), place + ".", below);
  }
}

void conditions(std::string& out, json::value const& plan, std::string_view key, std::string_view label) {
  json::array const& all = list(plan, key);
  if (all.empty()) return;
  out += fmt::format("\n{}:\n", label);
  for (json::value const& one : all) out += "  - " + condition(one) + "\n";
}

}  // namespace

std::string plan_text(json::object const& document) {
  json::value const plan(document);
  std::string out = fmt::format("{}: {}\ntarget: Cluster {}/{}, database {}, Service {}\n",
                                get_string(plan, "scenario.name"), get_string(plan, "scenario.title"),
                                get_string(plan, "target.namespace"), get_string(plan, "target.cluster"),
                                get_string(plan, "target.database"), get_string(plan, "target.service"));
  out += list(plan, "objectives").empty() ? "\nobjectives: none, so that a run proves nothing\n"
                                          : "\nobjectives:\n";
  for (json::value const& one : list(plan, "objectives"))
    out += fmt::format("  - {}: at most {}{}\n", get_string(one, "name"), get_string(one, "limit"),
                       get_string(one, "unit") == "s" ? "" : " " + get_string(one, "unit"));
  if (json::value const* const gate = find(plan, "gate")) {
    out += "\ngate (pgdrill gate):\n";
    for (auto const& entry : gate->as_object())
      out += fmt::format("  - {}: {}\n", std::string_view(entry.key()), json::serialize(entry.value()));
  }
  conditions(out, plan, "steady_state", "must hold before and after");
  conditions(out, plan, "abort_when", "stops and undoes the drill");
  out += "\nprobes:\n";
  for (json::value const& one : list(plan, "probes"))
    out +=
        fmt::format("  - {} ({}): {}\n", get_string(one, "name"), get_string(one, "kind"), parameters(one));
  out += "\nsteps:\n";
  steps(out, list(plan, "steps"), "", "  ");
  out += "\nblast radius, and how each part is undone:\n";
  for (json::value const& one : list(plan, "blast_radius"))
    out += fmt::format("  - {}: {}\n      undo: {}\n", get_string(one, "by"), get_string(one, "effect"),
                       get_string(one, "undo"));
  out += fmt::format("\nworst case: {} of steps and {} of undo: {}\n", duration(plan, "worst_case.steps_ns"),
                     duration(plan, "worst_case.undo_ns"), duration(plan, "worst_case.total_ns"));
  out += "\nRole that it needs (pgdrill rbac adds account and binding):\n\n";
  return out + to_yaml(*find(plan, "role"));
}

}  // namespace pgdrill::cli
