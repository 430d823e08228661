#include "harness/sandbox/api/apply.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "harness/base/text.hpp"
#include "harness/base/time.hpp"
#include "harness/sandbox/api/errors.hpp"

namespace pgdrill::sandbox {
namespace {

json::value scalar(YAML::Node const& node) {
  std::string const text = node.Scalar();
  if (node.Tag() == "!") return json::value(text);
  std::int64_t number = 0;
  double real = 0;
  bool truth = false;
  if (YAML::convert<std::int64_t>::decode(node, number)) return number;
  if (YAML::convert<double>::decode(node, real)) return real;
  if ((text == "true" || text == "false") && YAML::convert<bool>::decode(node, truth)) return truth;
  return json::value(text);
}

json::value to_json(YAML::Node const& node) {
  if (node.IsScalar()) return scalar(node);
  if (node.IsSequence()) {
    json::array list;
    for (auto const& item : node) list.push_back(to_json(item));
    return list;
  }
  if (!node.IsMap()) return nullptr;
  json::object object;
  for (auto const& entry : node) object[entry.first.Scalar()] = to_json(entry.second);
  return object;
}

// JSON is YAML, but its own parser keeps numbers as they are.
Result<json::value> parse_body(std::string const& body) {
  if (auto parsed = parse_json(body, "the applied object")) return *std::move(parsed);
  try {
    return to_json(YAML::Load(body));
  } catch (YAML::Exception const& problem) {
    return fail(bad_request_error(fmt::format("error decoding YAML: {}", problem.what())));
  }
}

bool is_identity(std::string_view path) {
  return path == "apiVersion" || path == "kind" || path == "metadata.name" || path == "metadata.namespace";
}

// FieldsV1 of what was applied; lists are taken as one field.
json::object fields_of(json::object const& applied_object, std::string const& prefix = "") {
  json::object fields;
  for (auto const& [key, value] : applied_object) {
    std::string const path = prefix.empty() ? std::string(key) : prefix + "." + std::string(key);
    if (is_identity(path)) continue;
    std::string const name = "f:" + std::string(key);
    json::object inner = value.is_object() ? fields_of(value.get_object(), path) : json::object();
    // An object of nothing but an identity owns nothing: without a field in it, it would pass for a leaf.
    if (inner.empty() && value.is_object() && !value.get_object().empty()) continue;
    fields[name] = std::move(inner);
  }
  return fields;
}

void drop_no_longer_applied(json::object& object, json::object const& before, json::object const& now) {
  for (auto const& [name, inner] : before) {
    std::string_view const key = std::string_view(name).substr(2);
    auto* value = object.if_contains(key);
    auto const* still = now.if_contains(name);
    if (value == nullptr) continue;
    if (inner.as_object().empty()) {
      if (still == nullptr) object.erase(key);
    } else if (value->is_object()) {
      drop_no_longer_applied(value->get_object(), inner.as_object(),
                             still != nullptr ? still->as_object() : json::object());
      if (still == nullptr && value->get_object().empty()) object.erase(key);
    }
  }
}

struct Conflict {
  std::string manager;
  std::vector<std::string> fields;
};

// "Apply failed with 1 conflict: conflict with "flux": .data.key", or a list when there are more.
std::string conflict_message(std::vector<Conflict> const& conflicts) {
  std::size_t count = 0;
  for (Conflict const& conflict : conflicts) count += conflict.fields.size();
  std::string message = fmt::format("Apply failed with {} conflict{}: ", count, count == 1 ? "" : "s");
  std::vector<std::string> parts;
  for (Conflict const& conflict : conflicts) {
    parts.push_back(fmt::format("conflict{} with \"{}\":{}{}", conflict.fields.size() == 1 ? "" : "s",
                                conflict.manager, count == 1 ? " " : "\n- ", join(conflict.fields, "\n- ")));
  }
  return message + join(parts, "\n");
}

// Leaves that both managers name and on whose values they differ.
void collect_conflicts(json::object const& theirs, json::object const& ours, json::value const& object,
                       json::value const& wanted, std::string const& path,
                       std::vector<std::string>& conflicts) {
  for (auto const& [name, inner] : theirs) {
    auto const* mine = ours.if_contains(name);
    std::string_view const key = std::string_view(name).substr(2);
    json::value const* current = member(&object, key);
    json::value const* next = member(&wanted, key);
    if (mine == nullptr || current == nullptr || next == nullptr) continue;
    std::string const here = path + "." + std::string(key);
    if (inner.as_object().empty() || mine->as_object().empty()) {
      if (*current != *next) conflicts.push_back(here);
    } else {
      collect_conflicts(inner.as_object(), mine->as_object(), *current, *next, here, conflicts);
    }
  }
}

json::array managers_of(json::value const& object) {
  auto const* managers = find(object, "metadata.managedFields");
  return managers != nullptr && managers->is_array() ? managers->get_array() : json::array();
}

}  // namespace

Result<json::value> applied(json::value const& object, PatchRequest const& request) {
  if (request.field_manager.empty()) {
    return fail(
        api_error(422, "Invalid",
                  "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required "
                  "for apply patch"));
  }
  TRY(json::value wanted, parse_body(request.body));
  if (!wanted.is_object()) return fail(bad_request_error("the applied object is no object"));
  if (auto const* metadata = find(wanted, "metadata"); metadata != nullptr && metadata->is_object()) {
    wanted.as_object()["metadata"].as_object().erase("managedFields");
  }
  json::object const fields = fields_of(wanted.get_object());
  json::value result = object;
  json::array others;
  std::vector<Conflict> conflicts;
  for (auto const& entry : managers_of(object)) {
    auto const* owned = find(entry, "fieldsV1");
    bool const usable = owned != nullptr && owned->is_object() && get_string(entry, "operation") == "Apply";
    if (get_string(entry, "manager") == request.field_manager && usable) {
      drop_no_longer_applied(result.as_object(), owned->get_object(), fields);
      continue;
    }
    Conflict conflict{.manager = get_string(entry, "manager"), .fields = {}};
    if (usable) collect_conflicts(owned->get_object(), fields, object, wanted, "", conflict.fields);
    if (!conflict.fields.empty()) conflicts.push_back(std::move(conflict));
    others.push_back(entry);
  }
  if (!conflicts.empty() && !request.force) {
    return fail(api_error(409, "Conflict", conflict_message(conflicts)));
  }
  json::value const before = result;
  strategic_merge(result, wanted);
  bool const unchanged = before == object && result == object;
  if (unchanged && others.size() < managers_of(object).size()) return object;
  others.push_back({{"manager", request.field_manager},
                    {"operation", "Apply"},
                    {"apiVersion", request.type.api_version()},
                    {"time", format_rfc3339_seconds(wall_now())},
                    {"fieldsType", "FieldsV1"},
                    {"fieldsV1", fields}});
  set(result.as_object(), "metadata.managedFields", std::move(others));
  return result;
}

}  // namespace pgdrill::sandbox
