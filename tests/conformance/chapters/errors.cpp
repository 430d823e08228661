// How the API says no: status codes, reasons and messages.
#include <fmt/format.h>

#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/manifests.hpp"

namespace pgdrill::conformance {
namespace {

std::string as_success(json::value const& body) {
  return fmt::format("{} {}", get_string(body, "kind"), kube::name_of(body));
}

Task<> ask(Stage& stage, std::string track, std::string method, std::string target,
           json::value body = nullptr, std::string content_type = "application/json") {
  net::HttpRequest request{
      .method = std::move(method), .target = std::move(target), .headers = {}, .body = ""};
  request.headers.emplace_back("Accept", "application/json");
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type", std::move(content_type));
    request.body = body.is_string() ? std::string(body.get_string()) : json::serialize(body);
  }
  co_await stage.request(std::move(track), std::move(request), as_success);
}

json::object config_map(std::string const& name, std::string const& value = "x") {
  return {{"apiVersion", "v1"},
          {"kind", "ConfigMap"},
          {"metadata", {{"name", name}}},
          {"data", {{"key", value}}}};
}

Task<> objects(Stage& stage) {
  auto const maps = stage.path(kube::config_map_type);
  auto const one = stage.path(kube::config_map_type, "one");
  co_await ask(stage, "create", "POST", maps, config_map("one"));
  co_await ask(stage, "create again", "POST", maps, config_map("one"));
  co_await ask(stage, "create with a bad name", "POST", maps, config_map("Bad_Name"));
  co_await ask(stage, "create without a name", "POST", maps, {{"metadata", json::object()}});
  co_await ask(stage, "create with a bad label", "POST", maps,
               {{"metadata", {{"name", "two"}, {"labels", {{"a b", "c"}}}}}});
  co_await ask(stage, "create of another kind", "POST", maps,
               {{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", {{"name", "two"}}}});
  co_await ask(stage, "create in another namespace than the path's", "POST", maps,
               {{"metadata", {{"name", "two"}, {"namespace", "elsewhere"}}}});
  co_await ask(stage, "create in a namespace that is not there", "POST",
               "/api/v1/namespaces/nowhere/configmaps", config_map("one"));
  co_await ask(stage, "create of what is no JSON", "POST", maps, "{");
  co_await ask(stage, "create of an unknown type", "POST", maps, "x", "text/plain");
  co_await ask(stage, "create as a dry run", "POST", maps + "?dryRun=All", config_map("dry"));
  co_await ask(stage, "get after the dry run", "GET", stage.path(kube::config_map_type, "dry"));
  co_await ask(stage, "get of nothing", "GET", stage.path(kube::pod_type, "nothing"));
  co_await ask(stage, "get of an unknown kind", "GET",
               fmt::format("/api/v1/namespaces/{}/things", stage.ns()));
  co_await ask(stage, "get of an unknown group", "GET", "/apis/nowhere.io/v1/things");
  co_await ask(stage, "list with a bad label selector", "GET", maps + "?labelSelector=a%20b");
  co_await ask(stage, "list with a bad field selector", "GET", maps + "?fieldSelector=data.key%3Dx");
  co_await ask(stage, "list of the future", "GET", maps + "?resourceVersion=9999999999");
  co_await ask(stage, "replace with an old version", "PUT", one,
               {{"metadata", {{"name", "one"}, {"resourceVersion", "1"}}}});
  co_await ask(stage, "replace under another name", "PUT", one, config_map("two"));
  co_await ask(stage, "replace of nothing", "PUT", stage.path(kube::config_map_type, "two"),
               config_map("two"));
  co_await ask(stage, "post to an object", "POST", one, config_map("one"));
}

Task<> patches(Stage& stage) {
  auto const one = stage.path(kube::config_map_type, "one");
  std::string const json_patch = "application/json-patch+json";
  std::string const apply = "application/apply-patch+yaml";
  co_await ask(stage, "patch of nothing", "PATCH", stage.path(kube::config_map_type, "two"),
               {{"data", {{"key", "y"}}}}, "application/merge-patch+json");
  co_await ask(stage, "patch of an unknown type", "PATCH", one, "{}", "application/json");
  co_await ask(stage, "patch whose test fails", "PATCH", one,
               json::array{{{"op", "test"}, {"path", "/data/key"}, {"value", "other"}}}, json_patch);
  co_await ask(stage, "patch of a missing path", "PATCH", one,
               json::array{{{"op", "remove"}, {"path", "/data/none"}}}, json_patch);
  co_await ask(stage, "patch that is no list", "PATCH", one, "{}", json_patch);
  co_await ask(stage, "apply by one manager", "PATCH",
               stage.path(kube::config_map_type, "applied") + "?fieldManager=one", config_map("applied", "1"),
               apply);
  co_await ask(stage, "apply by another", "PATCH",
               stage.path(kube::config_map_type, "applied") + "?fieldManager=other",
               config_map("applied", "2"), apply);
  co_await ask(stage, "apply by another with force", "PATCH",
               stage.path(kube::config_map_type, "applied") + "?fieldManager=other&force=true",
               config_map("applied", "2"), apply);
  co_await ask(stage, "apply without a manager", "PATCH", stage.path(kube::config_map_type, "applied"),
               config_map("applied", "2"), apply);
  co_await ask(stage, "delete of another incarnation", "DELETE", one,
               {{"preconditions", {{"uid", "00000000-0000-0000-0000-000000000000"}}}});
  co_await ask(stage, "delete of nothing", "DELETE", stage.path(kube::config_map_type, "two"));
  co_await ask(stage, "delete", "DELETE", one);
}

json::object of_cluster(Stage& stage, std::string const& name, std::string_view path, json::value value) {
  json::object object = cluster(stage, name, 1);
  object["apiVersion"] = "postgresql.cnpg.io/v1";
  object["kind"] = "Cluster";
  set(object, path, std::move(value));
  return object;
}

Task<> clusters(Stage& stage) {
  auto const path = stage.path(kube::cluster_type) + "?fieldValidation=Strict&dryRun=All";
  auto const post = [&](std::string track, std::string_view field, json::value value) {
    return ask(stage, std::move(track), "POST", path, of_cluster(stage, "bad", field, std::move(value)));
  };
  co_await post("cluster of no instance", "spec.instances", 0);
  co_await post("cluster whose instances are text", "spec.instances", "two");
  co_await post("cluster with an unknown field", "spec.instnces", 2);
  co_await post("cluster without storage", "spec.storage", json::object());
  co_await post("cluster with a bad size", "spec.storage.size", "much");
  co_await post("cluster with a fixed parameter", "spec.postgresql.parameters",
                {{"archive_command", "true"}});
  co_await post("cluster with a long name", "metadata.name", json::value(std::string(60, 'a')));
  auto const recovery = [&](std::string track, json::object target) {
    json::object object = restored_cluster(stage, "bad", std::move(target));
    object["apiVersion"] = "postgresql.cnpg.io/v1";
    object["kind"] = "Cluster";
    return ask(stage, std::move(track), "POST", path, std::move(object));
  };
  co_await recovery("target by name without a backup", {{"targetName", "x"}});
  co_await recovery("target by transaction without a backup", {{"targetXID", "7"}});
  co_await recovery("immediate target without a backup", {{"targetImmediate", true}});
  co_await recovery("two targets", {{"targetTime", "2026-01-01 00:00:00+00:00"}, {"targetLSN", "0/3000000"}});
  co_await recovery("target with a bad time", {{"targetTime", "yesterday"}});
  co_await recovery("target with a bad position", {{"targetLSN", "here"}});
  co_await recovery("target with a bad timeline", {{"targetTLI", "0"}});
  auto const backups = stage.path(kube::backup_type) + "?fieldValidation=Strict&dryRun=All";
  co_await ask(stage, "backup without a cluster", "POST", backups,
               {{"apiVersion", "postgresql.cnpg.io/v1"},
                {"kind", "Backup"},
                {"metadata", {{"name", "bad"}}},
                {"spec", json::object()}});
  co_await ask(stage, "backup by an unknown method", "POST", backups,
               {{"apiVersion", "postgresql.cnpg.io/v1"},
                {"kind", "Backup"},
                {"metadata", {{"name", "bad"}}},
                {"spec", {{"cluster", {{"name", "orders"}}}, {"method", "tape"}}}});
}

Task<> play(Stage& stage) {
  co_await objects(stage);
  co_await patches(stage);
  co_await clusters(stage);
}

bool const registered = add_chapter({.name = "errors", .group = "api", .place = 10, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
