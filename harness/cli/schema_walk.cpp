#include "harness/cli/schema_walk.hpp"

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/engine/registry.hpp"
#include "harness/scenario/json_schema.hpp"

namespace pgdrill::cli {

namespace {

/// Alternatives and references are looked through; their depth is bounded, since items hold items.
constexpr int deepest = 6;

class Walker {
 public:
  explicit Walker(json::value const& schema) : schema_(schema) {}

  /// What an editor would offer below a place, through lists, alternatives and references.
  void collect(json::value const& at, std::map<std::string, json::value const*>& keys,
               std::vector<std::string>& required, int depth = 0) const {
    if (depth > deepest) return;
    json::value const& here = resolve(at);
    if (json::value const* const properties = find(here, "properties")) {
      for (json::key_value_pair const& entry : properties->get_object())
        keys.emplace(entry.key(), &entry.value());
      if (json::value const* const names = find(here, "required"))
        for (json::value const& name : names->get_array()) required.emplace_back(name.get_string());
    }
    if (json::value const* const items = find(here, "items")) collect(*items, keys, required, depth + 1);
    if (json::value const* const any = find(here, "anyOf"))
      for (json::value const& one : any->get_array()) collect(one, keys, required, depth + 1);
  }

  [[nodiscard]] json::value const& resolve(json::value const& at) const {
    json::value const* const reference = find(at, "$ref");
    if (reference == nullptr) return at;
    std::string const name =
        std::string(reference->get_string()).substr(std::string_view("#/definitions/").size());
    json::value const* const target = member(find(schema_, "definitions"), name);
    return target == nullptr ? at : *target;
  }

  [[nodiscard]] SchemaKey describe(json::value const& at) const {
    json::value const& here = resolve(at);
    SchemaKey key{.description = get_string(at, "description", get_string(here, "description")),
                  .type = type_of(here)};
    if (key.description.empty()) key.description = description_of_alternatives(here);
    if (json::value const* const value = find(at, "default"))
      key.default_text = value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
    key.allowed = allowed_of(here);
    return key;
  }

 private:
  [[nodiscard]] std::string description_of_alternatives(json::value const& here) const {
    std::string text;
    json::value const* const any = find(here, "anyOf");
    if (any == nullptr) return text;
    for (json::value const& one : any->get_array()) {
      if (std::string const words = get_string(one, "description"); !words.empty()) text = words;
    }
    return text;
  }

  [[nodiscard]] static std::vector<std::string> allowed_of(json::value const& here) {
    std::vector<std::string> all;
    auto const add = [&all](json::value const& from) {
      json::value const* const values = find(from, "enum");
      if (values == nullptr) return;
      for (json::value const& one : values->get_array()) all.emplace_back(one.get_string());
    };
    add(here);
    if (json::value const* const any = find(here, "anyOf"))
      for (json::value const& one : any->get_array()) add(one);
    return all;
  }

  [[nodiscard]] std::string type_of(json::value const& here) const {
    if (find(here, "properties") != nullptr) return "map";
    if (find(here, "items") != nullptr) return "list";
    if (find(here, "additionalProperties") != nullptr) return "map of names";
    if (find(here, "const") != nullptr) return get_string(here, "const", "0");
    if (get_string(here, "pattern").find("ms") != std::string::npos) return "duration";
    if (std::string const type = get_string(here, "type"); !type.empty()) {
      if (type == "integer") return "whole number";
      if (type == "boolean") return "true or false";
      return type == "string" ? "text" : type;
    }
    if (json::value const* const any = find(here, "anyOf"); any != nullptr && !any->get_array().empty()) {
      // Of "a word, or a map" the map is what is to be explained.
      for (json::value const& one : any->get_array()) {
        if (find(one, "properties") != nullptr) return "map";
      }
      return type_of(any->get_array().front());
    }
    return "text";
  }

  json::value const& schema_;
};

}  // namespace

json::value const& scenario_schema_document() {
  static json::value const document = scenario::json_schema(engine::catalogue());
  return document;
}

SchemaWalk walk_schema(json::value const& schema, std::string const& path) {
  Walker const walker(schema);
  json::value const* at = find(schema, "definitions.scenario");
  SchemaWalk walk;
  for (std::string const& part : path.empty() ? std::vector<std::string>() : split(path, '.')) {
    std::map<std::string, json::value const*> keys;
    std::vector<std::string> required;
    walker.collect(*at, keys, required);
    auto const next = keys.find(part);
    if (next == keys.end()) {
      walk.missing = part;
      for (auto const& [key, value] : keys) walk.candidates.push_back(key);
      return walk;
    }
    at = next->second;
    walk.walked += (walk.walked.empty() ? "" : ".") + part;
  }
  SchemaPlace place{.self = walker.describe(*at)};
  std::map<std::string, json::value const*> keys;
  std::vector<std::string> required;
  walker.collect(*at, keys, required);
  for (auto const& [key, value] : keys) {
    SchemaKey described = walker.describe(*value);
    described.required = std::find(required.begin(), required.end(), key) != required.end();
    place.keys.emplace(key, std::move(described));
  }
  walk.place = std::move(place);
  return walk;
}

}  // namespace pgdrill::cli
