#include "harness/sandbox/api/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/sandbox/api/request.hpp"
#include "harness/sandbox/api/reviews.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::string_view aggregated_type =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

json::array short_names(kube::ResourceType const& type) {
  static std::map<std::string_view, std::string_view> const names = {{"pods", "po"},
                                                                     {"services", "svc"},
                                                                     {"namespaces", "ns"},
                                                                     {"configmaps", "cm"},
                                                                     {"events", "ev"},
                                                                     {"cronjobs", "cj"},
                                                                     {"serviceaccounts", "sa"},
                                                                     {"endpoints", "ep"},
                                                                     {"poddisruptionbudgets", "pdb"},
                                                                     {"persistentvolumeclaims", "pvc"},
                                                                     {"kustomizations", "ks"},
                                                                     {"gitrepositories", "gitrepo"}};
  auto const found = names.find(type.plural);
  return found == names.end() ? json::array() : json::array{found->second};
}

bool in_all(kube::ResourceType const& type) {
  return type == kube::pod_type || type == kube::service_type || type == kube::job_type ||
         type == kube::cron_job_type;
}

json::array verbs() {
  return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
}

std::vector<std::string_view> subresources(kube::ResourceType const& type) {
  if (type == kube::pod_type) return {"status", "log", "exec", "portforward"};
  if (type == kube::secret_type || type == kube::config_map_type || type == kube::event_type ||
      type == kube::service_account_type || type == kube::lease_type) {
    return {};
  }
  return {"status"};
}

std::vector<std::string_view> groups() {
  std::vector<std::string_view> result;
  for (auto const& type : Store::types()) {
    if (!type.group.empty() && std::ranges::find(result, type.group) == result.end())
      result.push_back(type.group);
  }
  for (std::string_view const group : {"authorization.k8s.io", "authentication.k8s.io"})
    result.push_back(group);
  return result;
}

std::vector<kube::ResourceType> types_of(std::string_view group) {
  std::vector<kube::ResourceType> result;
  std::ranges::copy_if(Store::types(), std::back_inserter(result),
                       [&](kube::ResourceType const& type) { return type.group == group; });
  return result;
}

json::object response_kind(kube::ResourceType const& type) {
  return {{"group", type.group}, {"version", type.version}, {"kind", type.kind}};
}

json::value aggregated_group(std::string_view group) {
  json::array resources;
  for (auto const& type : types_of(group)) {
    json::array below;
    for (auto const subresource : subresources(type)) {
      below.push_back({{"subresource", subresource},
                       {"responseKind", response_kind(type)},
                       {"verbs", {"get", "patch", "update"}}});
    }
    json::object resource{{"resource", type.plural},
                          {"responseKind", response_kind(type)},
                          {"scope", type.namespaced ? "Namespaced" : "Cluster"},
                          {"singularResource", lower_case(type.kind)},
                          {"verbs", verbs()},
                          {"shortNames", short_names(type)},
                          {"subresources", std::move(below)}};
    if (in_all(type)) resource["categories"] = json::array{"all"};
    resources.push_back(std::move(resource));
  }
  for (json::value const& review : review_resources(group)) {
    resources.push_back({{"resource", review.at("name")},
                         {"responseKind", {{"group", group}, {"version", "v1"}, {"kind", review.at("kind")}}},
                         {"scope", "Cluster"},
                         {"singularResource", review.at("singularName")},
                         {"verbs", review.at("verbs")}});
  }
  json::object metadata;
  if (!group.empty()) metadata["name"] = group;
  return {{"metadata", std::move(metadata)},
          {"versions",
           json::array{{{"version", "v1"}, {"resources", std::move(resources)}, {"freshness", "Current"}}}}};
}

net::HttpResponse aggregated(std::vector<std::string_view> const& names) {
  json::array items;
  for (auto const group : names) items.push_back(aggregated_group(group));
  auto response = json_response(200, {{"kind", "APIGroupDiscoveryList"},
                                      {"apiVersion", "apidiscovery.k8s.io/v2"},
                                      {"metadata", json::object()},
                                      {"items", std::move(items)}});
  response.headers = {{"Content-Type", std::string(aggregated_type)}};
  return response;
}

json::object group_object(std::string_view group) {
  json::object const version{{"groupVersion", fmt::format("{}/v1", group)}, {"version", "v1"}};
  return {{"name", group}, {"versions", json::array{version}}, {"preferredVersion", version}};
}

std::optional<net::HttpResponse> resource_list(std::string_view group) {
  auto const types = types_of(group);
  json::array resources = review_resources(group);
  if (types.empty() && resources.empty()) return std::nullopt;
  for (auto const& type : types) {
    json::object resource{{"name", type.plural},
                          {"singularName", lower_case(type.kind)},
                          {"namespaced", type.namespaced},
                          {"kind", type.kind},
                          {"verbs", verbs()},
                          {"shortNames", short_names(type)}};
    if (in_all(type)) resource["categories"] = json::array{"all"};
    resources.push_back(std::move(resource));
    for (auto const subresource : subresources(type)) {
      resources.push_back({{"name", fmt::format("{}/{}", std::string_view(type.plural), subresource)},
                           {"singularName", ""},
                           {"namespaced", type.namespaced},
                           {"kind", type.kind},
                           {"verbs", {"get", "patch", "update"}}});
    }
  }
  return json_response(200, {{"kind", "APIResourceList"},
                             {"apiVersion", "v1"},
                             {"groupVersion", group.empty() ? "v1" : fmt::format("{}/v1", group)},
                             {"resources", std::move(resources)}});
}

}  // namespace

std::optional<net::HttpResponse> answer_discovery(net::HttpRequest const& request) {
  std::string const path = net::path_of(request.target);
  std::string_view const accept = net::header(request.headers, "Accept");
  bool const wants_aggregated = accept.find("as=APIGroupDiscoveryList") != std::string_view::npos &&
                                accept.find("v=v2;") != std::string_view::npos;
  if (path == "/healthz" || path == "/readyz" || path == "/livez") {
    return net::HttpResponse{.headers = {{"Content-Type", "text/plain"}}, .body = "ok"};
  }
  if (path == "/version") {
    return json_response(200, {{"major", "1"},
                               {"minor", "34"},
                               {"gitVersion", "v1.34.0+pgdrill-sandbox"},
                               {"platform", "linux/amd64"}});
  }
  if (auto answer = answer_review(request)) return answer;
  if (path == "/api") {
    if (wants_aggregated) return aggregated({""});
    return json_response(200, {{"kind", "APIVersions"}, {"versions", {"v1"}}});
  }
  if (path == "/apis") {
    if (wants_aggregated) return aggregated(groups());
    json::array items;
    for (auto const group : groups()) items.push_back(group_object(group));
    return json_response(200, {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(items)}});
  }
  if (path == "/api/v1") return resource_list("");
  for (auto const group : groups()) {
    if (path == fmt::format("/apis/{}/v1", group)) return resource_list(group);
    if (path == fmt::format("/apis/{}", group)) {
      json::object object = group_object(group);
      object["kind"] = "APIGroup";
      object["apiVersion"] = "v1";
      return json_response(200, json::value(object));
    }
  }
  return answer_open_api(request);
}

}  // namespace pgdrill::sandbox
