#include <fmt/format.h>

#include <set>

#include "harness/base/files.hpp"
#include "harness/sandbox/api/discovery.hpp"
#include "harness/sandbox/api/request.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {
namespace {

std::string prefix_of(kube::ResourceType const& type) {
  if (type.group.empty()) return "api/v1";
  return fmt::format("apis/{}/{}", std::string_view(type.group), std::string_view(type.version));
}

std::string schema_name(kube::ResourceType const& type) {
  return fmt::format("{}.{}.{}", type.group.empty() ? "core" : std::string_view(type.group),
                     std::string_view(type.version), std::string_view(type.kind));
}

json::object kind_of(kube::ResourceType const& type) {
  return {{"group", type.group}, {"version", type.version}, {"kind", type.kind}};
}

json::object schema_of(kube::ResourceType const& type) {
  json::object const open{{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
  json::object const text{{"type", "string"}};
  return {{"type", "object"},
          {"x-kubernetes-preserve-unknown-fields", true},
          {"properties",
           {{"apiVersion", text}, {"kind", text}, {"metadata", open}, {"spec", open}, {"status", open}}},
          {"x-kubernetes-group-version-kind", json::array{kind_of(type)}}};
}

// kubectl looks for the parameter fieldValidation of a kind's PATCH before it trusts the server to check
// fields.
json::object path_of_kind(kube::ResourceType const& type) {
  json::array parameters;
  for (std::string_view const name : {"fieldManager", "fieldValidation", "force", "dryRun"}) {
    parameters.push_back({{"name", name}, {"in", "query"}, {"schema", {{"type", "string"}}}});
  }
  json::object const reference{{"$ref", fmt::format("#/components/schemas/{}", schema_name(type))}};
  json::object const content{{"application/json", {{"schema", reference}}}};
  return {{"patch",
           {{"operationId", fmt::format("patch{}", std::string_view(type.kind))},
            {"parameters", parameters},
            {"requestBody",
             {{"content", {{"application/merge-patch+json", {{"schema", {{"type", "object"}}}}}}}}},
            {"responses", {{"200", {{"description", "OK"}, {"content", content}}}}},
            {"x-kubernetes-action", "patch"},
            {"x-kubernetes-group-version-kind", kind_of(type)}}}};
}

json::value document(std::string const& prefix) {
  json::object paths;
  json::object schemas;
  for (auto const& type : Store::types()) {
    if (prefix_of(type) != prefix) continue;
    paths[kube::path_to(type, type.namespaced ? "{namespace}" : "", "{name}")] = path_of_kind(type);
    schemas[schema_name(type)] = schema_of(type);
  }
  return {{"openapi", "3.0.0"},
          {"info", {{"title", "pgdrill sandbox"}, {"version", "v1"}}},
          {"paths", std::move(paths)},
          {"components", {{"schemas", std::move(schemas)}}}};
}

}  // namespace

std::optional<net::HttpResponse> answer_open_api(net::HttpRequest const& request) {
  std::string const path = net::path_of(request.target);
  std::set<std::string> prefixes;
  for (auto const& type : Store::types()) prefixes.insert(prefix_of(type));
  if (path == "/openapi/v2") {
    // A Document of gnostic's protobuf with nothing but its version: kubectl before 1.27 asks for it before
    // it applies, and passes over the validation of kinds that it does not find there.
    constexpr std::string_view document =
        "\x0A\x03"
        "2.0";
    return net::HttpResponse{
        .status = 200,
        .headers = {{"Content-Type", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"}},
        .body = std::string(document)};
  }
  if (path == "/openapi/v3") {
    json::object paths;
    for (auto const& prefix : prefixes) {
      std::string const hash = sha256_hex(canonical(document(prefix))).substr(0, 32);
      paths[prefix] = {{"serverRelativeURL", fmt::format("/openapi/v3/{}?hash={}", prefix, hash)}};
    }
    return json_response(200, {{"paths", std::move(paths)}});
  }
  constexpr std::string_view start = "/openapi/v3/";
  if (path.starts_with(start) && prefixes.contains(path.substr(start.size()))) {
    return json_response(200, document(path.substr(start.size())));
  }
  return std::nullopt;
}

}  // namespace pgdrill::sandbox
