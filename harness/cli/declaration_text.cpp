#include "harness/cli/declaration_text.hpp"

#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "harness/cli/output.hpp"

namespace pgdrill::cli {

namespace {

using scenario::Declaration;
using scenario::ParameterDeclaration;
using scenario::ParameterType;

std::string_view name_of(ParameterType type) {
  switch (type) {
    case ParameterType::text:
      return "text";
    case ParameterType::integer:
      return "whole number";
    case ParameterType::number:
      return "number";
    case ParameterType::boolean:
      return "true or false";
    case ParameterType::duration:
      return "duration";
    case ParameterType::text_list:
      return "list of text";
  }
  return "text";
}

std::string parameter_text(ParameterDeclaration const& parameter) {
  std::string notes(name_of(parameter.type));
  if (!parameter.unit.empty()) notes += " of " + parameter.unit;
  if (parameter.required) notes += ", required";
  if (!parameter.default_value.empty()) notes += ", default " + parameter.default_value;
  std::string text = fmt::format("  {} ({})\n      {}\n", parameter.name, notes, wrapped(parameter.help, 6));
  if (!parameter.allowed.empty())
    text += "      one of: " + wrapped(join(parameter.allowed, ", "), 14) + "\n";
  return text;
}

}  // namespace

json::object declaration_json(Declaration const& one) {
  json::array parameters;
  for (ParameterDeclaration const& parameter : one.parameters) {
    json::object value{{"name", parameter.name},
                       {"type", name_of(parameter.type)},
                       {"required", parameter.required},
                       {"help", parameter.help}};
    if (!parameter.default_value.empty()) value["default"] = parameter.default_value;
    if (!parameter.unit.empty()) value["unit"] = parameter.unit;
    if (!parameter.allowed.empty()) value["allowed"] = json::value_from(parameter.allowed);
    parameters.push_back(std::move(value));
  }
  json::array permissions;
  for (scenario::Permission const& rule : one.permissions) {
    permissions.push_back({{"group", rule.group},
                           {"resources", json::value_from(rule.resources)},
                           {"verbs", json::value_from(rule.verbs)}});
  }
  return {{"name", one.name},          {"marks", json::value_from(one.marks)},
          {"summary", one.summary},    {"parameters", std::move(parameters)},
          {"effect", one.effect},      {"witness", one.witness},
          {"phase", one.phase},        {"undo", one.undo},
          {"lasting", one.lasting},    {"longest_ns", one.longest.count()},
          {"permissions", permissions}};
}

std::string declaration_text(std::string const& sort, Declaration const& one) {
  std::string text = fmt::format("{}: {}\n", one.name, wrapped(one.summary, one.name.size() + 2));
  if (sort == "reports") return text;
  if (!one.parameters.empty()) text += "\nparameters:\n";
  for (ParameterDeclaration const& parameter : one.parameters) text += parameter_text(parameter);
  text += "\n";
  for (auto const& [label, value] : {std::pair{"effect", one.effect},
                                     {"witness", one.witness},
                                     {"must overlap", one.phase},
                                     {"marks", join(one.marks, ", ")},
                                     {"undo", one.undo}}) {
    if (!value.empty()) text += fmt::format("{}: {}\n", label, wrapped(value, 2));
  }
  if (sort == "faults")
    text += one.lasting ? "lasts until it is lifted: `for`, or the end of the step that it runs beside\n"
                        : "one blow: it cannot be held\n";
  if (sort == "steps" || sort == "faults")
    text += fmt::format("takes at most {} (timeout)\n", format_duration(one.longest));
  for (scenario::Permission const& rule : one.permissions) {
    text += fmt::format("needs: {} {}{}\n", join(rule.verbs, ", "), join(rule.resources, ", "),
                        rule.group.empty() ? "" : " of " + rule.group);
  }
  return text;
}

}  // namespace pgdrill::cli
