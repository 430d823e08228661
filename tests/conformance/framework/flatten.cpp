#include "tests/conformance/framework/flatten.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>

#include "harness/base/text.hpp"

namespace pgdrill::conformance {
namespace {

using Fields = std::map<std::string, std::string>;

constexpr std::size_t longest_value = 300;

std::string text_of(json::value const& value) {
  std::string text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  if (text.size() > longest_value) return "<long>";
  return text;
}

std::string key_of(json::value const& member, std::size_t place) {
  for (std::string_view const name : {"type", "name", "key", "ip", "mountPath", "targetRef.name"}) {
    std::string const key = get_string(member, name);
    if (!key.empty()) return key;
  }
  return std::to_string(place);
}

void add(Fields& fields, std::string const& path, json::value const& value);

void add_list(Fields& fields, std::string const& path, json::array const& list) {
  bool const plain = std::ranges::none_of(list, [](json::value const& member) { return member.is_object(); });
  if (plain) {
    fields[path] = text_of(list);
    return;
  }
  std::size_t place = 0;
  for (json::value const& member : list) {
    add(fields, fmt::format("{}[{}]", path, key_of(member, place)), member);
    ++place;
  }
}

void add(Fields& fields, std::string const& path, json::value const& value) {
  if (value.is_object()) {
    if (value.get_object().empty()) fields[path] = "{}";
    for (auto const& [key, inner] : value.get_object()) add(fields, path + "." + std::string(key), inner);
  } else if (value.is_array()) {
    add_list(fields, path, value.get_array());
  } else {
    fields[path] = text_of(value);
  }
}

json::value owners_of(json::value const& object) {
  json::array owners;
  if (auto const* references = find(object, "metadata.ownerReferences")) {
    for (json::value const& reference : references->as_array())
      owners.push_back(json::value(get_string(reference, "kind") + "/" + get_string(reference, "name")));
  }
  return owners;
}

json::object metadata_of(json::value const& object) {
  json::object metadata;
  for (std::string_view const name : {"labels", "annotations", "finalizers"}) {
    if (auto const* value = find(object, fmt::format("metadata.{}", name))) metadata[name] = *value;
  }
  if (auto* annotations = metadata.if_contains("annotations");
      annotations != nullptr && annotations->is_object())
    annotations->get_object().erase("kubectl.kubernetes.io/last-applied-configuration");
  json::value owners = owners_of(object);
  if (!owners.get_array().empty()) metadata["owners"] = std::move(owners);
  if (find(object, "metadata.deletionTimestamp") != nullptr) metadata["deleting"] = true;
  return metadata;
}

// A container as far as clients address it.
json::value container_of(json::value const& container) {
  json::object kept;
  for (std::string_view const name : {"name", "image", "ports", "command"}) {
    if (auto const* value = find(container, name)) kept[name] = *value;
  }
  json::array variables;
  if (auto const* given = find(container, "env")) {
    for (json::value const& variable : given->as_array()) variables.push_back(variable.at("name"));
  }
  kept["env"] = std::move(variables);
  return kept;
}

json::object pod_spec_of(json::value const& spec) {
  json::object kept;
  for (std::string_view const name : {"containers", "initContainers"}) {
    auto const* containers = find(spec, name);
    if (containers == nullptr) continue;
    json::array list;
    for (json::value const& container : containers->as_array()) list.push_back(container_of(container));
    kept[name] = std::move(list);
  }
  for (std::string_view const name :
       {"hostname", "subdomain", "restartPolicy", "serviceAccountName", "terminationGracePeriodSeconds"}) {
    if (auto const* value = find(spec, name)) kept[name] = *value;
  }
  return kept;
}

void hide_values(json::object& object, std::string_view name, bool secret) {
  auto* data = object.if_contains(name);
  if (data == nullptr || !data->is_object()) return;
  for (auto& [key, value] : data->get_object()) value = secret ? "<secret>" : "<text>";
}

}  // namespace

std::map<std::string, std::string> flatten(json::value const& object) {
  std::string const kind = get_string(object, "kind");
  json::object kept = object.as_object();
  for (std::string_view const name : {"apiVersion", "kind"}) kept.erase(name);
  json::object metadata = metadata_of(object);
  kept.erase("metadata");
  if (!metadata.empty()) kept["metadata"] = std::move(metadata);
  if (kind == "Pod") {
    if (auto const* spec = find(object, "spec")) kept["spec"] = pod_spec_of(*spec);
  } else if (kind == "Job") {
    json::object spec;
    for (std::string_view const name :
         {"backoffLimit", "completions", "parallelism", "ttlSecondsAfterFinished"}) {
      if (auto const* value = find(object, fmt::format("spec.{}", name))) spec[name] = *value;
    }
    kept["spec"] = std::move(spec);
  }
  for (std::string_view const name : {"data", "stringData", "binaryData"})
    hide_values(kept, name, kind == "Secret");
  Fields fields;
  for (auto const& [key, value] : kept) add(fields, std::string(key), value);
  for (auto& [path, value] : fields) {
    if (path.find("ResourceVersion.") != std::string::npos) value = "<version>";
    if (path.ends_with("Hash")) value = "<hash>";
    if (path.ends_with("targetXID")) value = "<xid>";
  }
  std::erase_if(fields, [](auto const& field) {
    return field.first.ends_with("lastTransitionTime") || field.first.ends_with("lastProbeTime") ||
           field.first.ends_with("observedGeneration") || field.first.ends_with("lastHeartbeatTime");
  });
  return fields;
}

}  // namespace pgdrill::conformance
