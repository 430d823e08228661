#include "harness/kube/resource.hpp"

#include "harness/net/http.hpp"

namespace pgdrill::kube {

namespace {

std::string metadata(json::value const& object, std::string_view field) {
  json::value const* const value = find(object, "metadata");
  json::value const* const text = member(value, field);
  return text != nullptr && text->is_string() ? std::string(text->get_string()) : "";
}

std::string entry_of(json::value const& object, std::string_view map, std::string_view key) {
  json::value const* const text = member(find(object, map), key);
  return text != nullptr && text->is_string() ? std::string(text->get_string()) : "";
}

}  // namespace

std::string ResourceType::api_version() const {
  return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
}

std::string ObjectRef::text() const {
  std::string text(type.kind);
  text += ' ';
  if (!ns.empty()) text += ns + "/";
  return text + name;
}

std::string path_to(ResourceType const& type, std::string_view ns, std::string_view name,
                    std::string_view subresource) {
  std::string path = type.group.empty() ? "/api/" : "/apis/" + std::string(type.group) + "/";
  path += type.version;
  // An empty namespace of a namespaced kind addresses all namespaces.
  if (type.namespaced && !ns.empty()) path += "/namespaces/" + net::percent_encode(ns);
  path += "/" + std::string(type.plural);
  if (!name.empty()) path += "/" + net::percent_encode(name);
  if (!subresource.empty()) path += "/" + std::string(subresource);
  return path;
}

std::string name_of(json::value const& object) { return metadata(object, "name"); }
std::string uid_of(json::value const& object) { return metadata(object, "uid"); }
std::string version_of(json::value const& object) { return metadata(object, "resourceVersion"); }

std::string label_of(json::value const& object, std::string_view key) {
  return entry_of(object, "metadata.labels", key);
}

std::string annotation_of(json::value const& object, std::string_view key) {
  return entry_of(object, "metadata.annotations", key);
}

json::value const* condition_of(json::value const& object, std::string_view type) {
  json::value const* const conditions = find(object, "status.conditions");
  if (conditions == nullptr || !conditions->is_array()) return nullptr;
  for (json::value const& condition : conditions->get_array()) {
    if (get_string(condition, "type") == type) return &condition;
  }
  return nullptr;
}

}  // namespace pgdrill::kube
