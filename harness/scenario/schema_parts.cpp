#include "harness/scenario/schema_parts.hpp"

#include "harness/base/text.hpp"

namespace pgdrill::scenario::schema {

namespace {

constexpr std::string_view variable_pattern = R"(\$\{[^}]*\})";
// As parse_duration reads it: numbers with units, one after the other; zero may stand alone.
constexpr std::string_view duration_pattern = R"(^\s*(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|ms|s|m|h))+)\s*$)";
constexpr std::string_view name_pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

json::object variable() { return {{"type", "string"}, {"pattern", variable_pattern}}; }

/// One of the alternatives, or a variable that becomes one.
json::object or_variable(json::array alternatives, std::string const& description) {
  alternatives.push_back(variable());
  return {{"description", description}, {"anyOf", std::move(alternatives)}};
}

json::array const& scalar_types() {
  static json::array const types{"string", "number", "boolean"};
  return types;
}

json::value default_value(ParameterDeclaration const& declaration) {
  std::string const& text = declaration.default_value;
  switch (declaration.type) {
    case ParameterType::integer:
    case ParameterType::number:
    case ParameterType::boolean:
      return parse_json(text).value_or(json::value(text));
    case ParameterType::text_list: {
      json::array values;
      std::string_view const inner = std::string_view(text).substr(1, text.size() < 2 ? 0 : text.size() - 2);
      for (std::string const& one : split(inner, ',')) {
        if (!trim(one).empty()) values.emplace_back(trim(one));
      }
      return values;
    }
    case ParameterType::text:
    case ParameterType::duration:
      break;
  }
  return json::value(text);
}

json::object list_of_text(ParameterDeclaration const& declaration) {
  json::value const items =
      declaration.allowed.empty() ? text("one of the list") : one_of(declaration.allowed, "one of the list");
  return list(items, declaration.help);
}

json::object of_type(ParameterDeclaration const& declaration) {
  switch (declaration.type) {
    case ParameterType::integer:
      return integer(declaration.help);
    case ParameterType::number:
      return or_variable({json::object{{"type", "number"}}}, declaration.help);
    case ParameterType::boolean:
      return boolean(declaration.help);
    case ParameterType::duration:
      return duration(declaration.help);
    case ParameterType::text_list:
      return list_of_text(declaration);
    case ParameterType::text:
      break;
  }
  return declaration.allowed.empty() ? text(declaration.help) : one_of(declaration.allowed, declaration.help);
}

}  // namespace

json::object text(std::string const& description) {
  return {{"description", description}, {"type", scalar_types()}};
}

json::object name(std::string const& description) {
  return or_variable({json::object{{"type", "string"}, {"pattern", name_pattern}}}, description);
}

json::object duration(std::string const& description) {
  return or_variable(
      {json::object{{"type", "string"}, {"pattern", duration_pattern}}, json::object{{"const", 0}}},
      description);
}

json::object integer(std::string const& description) {
  return or_variable(
      {json::object{{"type", "integer"}}, json::object{{"type", "string"}, {"pattern", "^-?[0-9]+$"}}},
      description);
}

json::object boolean(std::string const& description) {
  return or_variable({json::object{{"type", "boolean"}}, json::object{{"enum", {"true", "false"}}}},
                     description);
}

json::object one_of(std::vector<std::string> const& values, std::string const& description) {
  return or_variable({json::object{{"enum", json::value_from(values)}}}, description);
}

json::object list(json::value items, std::string const& description) {
  return {{"description", description}, {"type", "array"}, {"items", std::move(items)}};
}

json::object map(json::object properties, std::vector<std::string> const& required,
                 std::string const& description) {
  json::object value{{"description", description},
                     {"type", "object"},
                     {"properties", std::move(properties)},
                     {"additionalProperties", false}};
  if (!required.empty()) value["required"] = json::value_from(required);
  return value;
}

json::object free_map(json::value values, std::string const& description) {
  return {{"description", description}, {"type", "object"}, {"additionalProperties", std::move(values)}};
}

json::object reference(std::string const& definition) { return {{"$ref", "#/definitions/" + definition}}; }

json::object parameter(ParameterDeclaration const& declaration) {
  json::object value = of_type(declaration);
  if (!declaration.default_value.empty()) value["default"] = default_value(declaration);
  return value;
}

json::object parameters(Declaration const& declaration) {
  json::object properties;
  std::vector<std::string> required;
  for (ParameterDeclaration const& one : declaration.parameters) {
    properties[one.name] = parameter(one);
    if (one.required) required.push_back(one.name);
  }
  std::string description = declaration.summary;
  if (!declaration.effect.empty()) description += "\nEffect: " + declaration.effect;
  if (!declaration.undo.empty()) description += "\nUndo: " + declaration.undo;
  json::object value = map(std::move(properties), required, description);
  // "- status-check:" with nothing behind it is "- status-check: {}".
  if (required.empty()) value["type"] = json::array{"object", "null"};
  return value;
}

}  // namespace pgdrill::scenario::schema
