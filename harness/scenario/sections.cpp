// Metadata, variables, target and objectives.
#include <algorithm>
#include <charconv>

#include "harness/scenario/reader.hpp"

namespace pgdrill::scenario {

namespace {

constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyz0123456789-";

bool is_name(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.back() != '-' &&
         text.find_first_not_of(name_characters) == std::string_view::npos;
}

/// A required section as a map, or null after a problem.
YamlNode const* section(Reader& reader, YamlNode const& document, std::string_view key, bool required) {
  YamlNode const* const node = document.value(key);
  if (node == nullptr) {
    if (required) reader.complain(document.location, "missing key '" + std::string(key) + "'");
    return nullptr;
  }
  return reader.expect_map(*node, "'" + std::string(key) + "'") ? node : nullptr;
}

/// A name of a Kubernetes object; a problem at the key when it cannot be one.
std::string object_name(Reader& reader, YamlNode const& map, std::string_view key, std::string_view what,
                        bool required, std::string const& otherwise = "") {
  std::string name = reader.text_of(map, key, what, required, otherwise);
  YamlNode const* const node = map.value(key);
  if (node != nullptr && !name.empty() && !is_name(name)) {
    reader.complain(node->location, "'" + name + "' cannot be a name: lower-case letters, digits and '-'");
  }
  return name;
}

void read_integrity(Reader& reader, YamlNode const& node, Scenario& into) {
  std::optional<std::string> const value = reader.text(node, "objective 'integrity'");
  if (!value) return;
  Objective objective{.name = "integrity", .limit = {}, .count_limit = 0, .unit = "differences"};
  if (*value != "exact") {
    auto const [end, problem] =
        std::from_chars(value->data(), value->data() + value->size(), objective.count_limit);
    if (problem != std::errc() || end != value->data() + value->size() || objective.count_limit < 0) {
      reader.complain(
          node.location,
          "objective 'integrity' must be 'exact' or a number of differences, not '" + *value + "'");
      return;
    }
  }
  into.objectives.push_back(std::move(objective));
}

}  // namespace

std::map<std::string, std::string> read_variables(Reader& reader, YamlNode const& document,
                                                  ParseOptions const& options) {
  std::map<std::string, std::string> variables;
  std::vector<std::string> names;
  if (YamlNode const* const node = section(reader, document, "variables", false)) {
    for (YamlNode::Entry const& entry : node->entries) {
      names.push_back(entry.key);
      variables[entry.key] = "";
      if (entry.value.kind != YamlNode::Kind::scalar) {
        reader.complain(entry.value.location, "variable '" + entry.key + "' must be text, not " +
                                                  std::string(entry.value.kind_text()));
      } else if (entry.value.scalar.find("${") != std::string::npos) {
        reader.complain(entry.value.location,
                        "variable '" + entry.key + "' cannot be made of other variables");
      } else {
        variables[entry.key] = entry.value.scalar;
      }
    }
  }
  for (auto const& [name, value] : options.variables) {
    if (variables.contains(name)) {
      variables[name] = value;
    } else {
      reader.complain(document.location,
                      "--var names '" + name + "', which this scenario does not declare" +
                          (names.empty() ? std::string("; it has no variables") : suggestion(name, names)));
    }
  }
  return variables;
}

void read_metadata(Reader& reader, YamlNode const& document, Scenario& into) {
  YamlNode const* const node = section(reader, document, "metadata", true);
  if (node == nullptr) return;
  reader.reject_unknown_keys(*node, {"name", "title", "tags"});
  into.name = object_name(reader, *node, "name", "the scenario's name", true);
  into.title = reader.text_of(*node, "title", "one sentence", false, into.name);
  YamlNode const* const tags = node->value("tags");
  if (tags == nullptr || !reader.expect_list(*tags, "'tags'")) return;
  for (YamlNode const& item : tags->items) {
    std::optional<std::string> const tag = reader.text(item, "a tag");
    if (tag && !is_name(*tag)) {
      reader.complain(item.location, "'" + *tag + "' cannot be a tag: lower-case letters, digits and '-'");
    }
    if (tag) into.tags.push_back(*tag);
  }
}

void read_target(Reader& reader, YamlNode const& document, ParseOptions const& options, Scenario& into) {
  YamlNode const* const node = section(reader, document, "target", true);
  if (node == nullptr) return;
  reader.reject_unknown_keys(*node, {"namespace", "cluster", "database", "service", "secret"});
  Target& target = into.target;
  bool const overridden = !options.namespace_override.empty();
  target.ns =
      object_name(reader, *node, "namespace", "what may be broken, or -n on the command line", !overridden);
  if (overridden) target.ns = options.namespace_override;
  target.cluster = object_name(reader, *node, "cluster", "the CloudNativePG Cluster", true);
  target.database = reader.text_of(*node, "database", "", false, "app");
  target.service = object_name(reader, *node, "service", "", false, target.cluster + "-rw");
  target.secret = object_name(reader, *node, "secret", "", false, target.cluster + "-app");
}

void read_objectives(Reader& reader, YamlNode const& document, Scenario& into) {
  YamlNode const* const node = document.value("objectives");
  if (node == nullptr) return;
  if (node->kind == YamlNode::Kind::scalar && reader.text(*node, "'objectives'") == "none") {
    into.demands_nothing = true;
    return;
  }
  if (!reader.expect_map(*node, "'objectives', when it is not 'none',")) return;
  reader.reject_unknown_keys(*node, {"rto", "rpo", "integrity"});
  for (YamlNode::Entry const& entry : node->entries) {
    if (entry.key == "integrity") read_integrity(reader, entry.value, into);
    if (entry.key != "rto" && entry.key != "rpo") continue;
    std::optional<Duration> const limit = reader.duration(entry.value, "objective '" + entry.key + "'");
    if (limit) {
      into.objectives.push_back({.name = entry.key, .limit = *limit, .count_limit = 0, .unit = "s"});
    }
  }
}

}  // namespace pgdrill::scenario
