// Parameters of steps and probes: from YAML to checked JSON, by their declaration.
#include <algorithm>
#include <charconv>

#include "harness/base/text.hpp"
#include "harness/scenario/reader.hpp"

namespace pgdrill::scenario {

namespace {

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::string parameter_text(ParameterDeclaration const& declaration) {
  return "parameter '" + declaration.name + "'";
}

/// The default as if it stood in the file.
YamlNode default_node(ParameterDeclaration const& declaration) {
  std::vector<Problem> ignored;
  if (declaration.type == ParameterType::text_list) {
    return read_yaml(declaration.default_value, "default", ignored);
  }
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.scalar = declaration.default_value;
  return node;
}

}  // namespace

void Reader::check_value(YamlNode const& node, ParameterDeclaration const& declaration,
                         std::string const& value) {
  if (declaration.complaint) {
    std::string const why = declaration.complaint(value);
    if (!why.empty())
      complain(node.location, parameter_text(declaration) + " cannot be '" + value + "': " + why);
  }
  if (declaration.introduces != Named::nothing) introduce(declaration.introduces, value);
  if (declaration.refers_to == Named::mark) awaited_marks_.emplace_back(node.location, value);
  if (declaration.refers_to == Named::nothing || declaration.refers_to == Named::mark) return;
  std::set<std::string> const& known = named_[declaration.refers_to];
  if (known.contains(value)) return;
  std::vector<std::string> const names(known.begin(), known.end());
  bool const probe = declaration.refers_to == Named::probe;
  complain(node.location, (probe ? "there is no probe '" : "no step before this one captures target '") +
                              value + "'" + (names.empty() ? std::string() : suggestion(value, names)));
}

void Reader::check_marks() {
  std::set<std::string> const& written = named_[Named::mark];
  std::vector<std::string> const names(written.begin(), written.end());
  for (auto const& [place, mark] : awaited_marks_) {
    if (!written.contains(mark))
      complain(place, "no step writes mark '" + mark + "'" + suggestion(mark, names));
  }
}

json::value Reader::list_parameter(YamlNode const& node, ParameterDeclaration const& declaration) {
  if (!expect_list(node, parameter_text(declaration))) return nullptr;
  json::array values;
  for (YamlNode const& item : node.items) {
    std::optional<std::string> const value = text(item, "an element of " + parameter_text(declaration));
    if (!value) continue;
    if (!declaration.allowed.empty() && std::find(declaration.allowed.begin(), declaration.allowed.end(),
                                                  *value) == declaration.allowed.end()) {
      complain(item.location, parameter_text(declaration) + " cannot contain '" + *value + "'" +
                                  suggestion(*value, declaration.allowed));
      continue;
    }
    check_value(item, declaration, *value);
    values.emplace_back(*value);
  }
  return values;
}

json::value Reader::parameter(YamlNode const& node, ParameterDeclaration const& declaration) {
  std::string const what = parameter_text(declaration);
  if (declaration.type == ParameterType::text_list) return list_parameter(node, declaration);
  if (declaration.type == ParameterType::duration) {
    std::optional<Duration> const value = duration(node, what);
    if (value) check_value(node, declaration, format_duration(*value));
    return value ? json::value(format_duration(*value)) : json::value(nullptr);
  }
  if (declaration.type == ParameterType::boolean) {
    std::optional<bool> const value = boolean(node, what);
    return value ? json::value(*value) : json::value(nullptr);
  }
  std::optional<std::string> const value = text(node, what);
  if (!value) return nullptr;
  if (declaration.type == ParameterType::integer) {
    if (std::optional<std::int64_t> const number = parse_number<std::int64_t>(*value)) return *number;
    complain(node.location, what + " must be a whole number, not '" + *value + "'");
    return nullptr;
  }
  if (declaration.type == ParameterType::number) {
    if (std::optional<double> const number = parse_number<double>(*value)) return *number;
    complain(node.location, what + " must be a number, not '" + *value + "'");
    return nullptr;
  }
  auto const& allowed = declaration.allowed;
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), *value) == allowed.end()) {
    complain(node.location, what + " cannot be '" + *value + "'" + suggestion(*value, allowed));
    return nullptr;
  }
  check_value(node, declaration, *value);
  return json::value(*value);
}

Parameters Reader::parameters(YamlNode const& node, Declaration const& declaration, Location const& place) {
  json::object values;
  std::vector<std::string> names;
  std::size_t const problems_before = problems_.size();
  for (ParameterDeclaration const& one : declaration.parameters) names.push_back(one.name);
  if (node.kind != YamlNode::Kind::null) {
    if (!expect_map(node, "'" + declaration.name + "'")) return {};
    for (YamlNode::Entry const& entry : node.entries) {
      if (std::find(names.begin(), names.end(), entry.key) != names.end()) continue;
      std::string const hint = names.empty() ? std::string("; it takes none") : suggestion(entry.key, names);
      complain(entry.location, "'" + declaration.name + "' has no parameter '" + entry.key + "'" + hint);
    }
  }
  for (ParameterDeclaration const& one : declaration.parameters) {
    YamlNode const* const given = node.value(one.name);
    if (given != nullptr) {
      values[one.name] = parameter(*given, one);
    } else if (one.required) {
      complain(place, "'" + declaration.name + "' needs parameter '" + one.name + "': " + one.help);
    } else if (!one.default_value.empty()) {
      values[one.name] = parameter(default_node(one), one);
    } else {
      values[one.name] = nullptr;
    }
  }
  Parameters parameters(std::move(values));
  if (declaration.contradiction && problems_.size() == problems_before) {
    std::string const why = declaration.contradiction(parameters);
    if (!why.empty()) complain(place, "'" + declaration.name + "': " + why);
  }
  return parameters;
}

}  // namespace pgdrill::scenario
