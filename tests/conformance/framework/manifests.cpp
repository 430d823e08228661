#include "tests/conformance/framework/manifests.hpp"

#include <fmt/format.h>

namespace pgdrill::conformance {
namespace {

json::object metadata(std::string const& name) { return {{"name", name}}; }

json::object common_spec(Stage const& stage, int instances) {
  json::object storage{{"size", "1Gi"}};
  if (!stage.setting().storage_class.empty()) storage["storageClass"] = stage.setting().storage_class;
  return {{"instances", instances},
          {"imageName", stage.setting().image},
          {"storage", std::move(storage)},
          {"postgresql", {{"parameters", {{"archive_timeout", "30s"}}}}}};
}

}  // namespace

kube::Object store_secret(Setting const& setting) {
  return {{"metadata", metadata("store")},
          {"stringData", {{"id", setting.store_id}, {"key", setting.store_key}}}};
}

json::object object_store(Setting const& setting, std::string const& ns) {
  return {{"destinationPath", fmt::format("s3://backups/{}/", ns)},
          {"endpointURL", setting.store_endpoint},
          {"s3Credentials",
           {{"accessKeyId", {{"name", "store"}, {"key", "id"}}},
            {"secretAccessKey", {{"name", "store"}, {"key", "key"}}}}}};
}

kube::Object cluster(Stage const& stage, std::string const& name, int instances) {
  json::object spec = common_spec(stage, instances);
  spec["bootstrap"] = {{"initdb", {{"database", "app"}, {"owner", "app"}}}};
  spec["backup"] = {{"barmanObjectStore", object_store(stage.setting(), stage.ns())}};
  return {{"metadata", metadata(name)}, {"spec", std::move(spec)}};
}

kube::Object restored_cluster(Stage const& stage, std::string const& name, json::object target) {
  json::object spec = common_spec(stage, 1);
  spec["bootstrap"] = {
      {"recovery",
       {{"source", "origin"}, {"database", "app"}, {"owner", "app"}, {"recoveryTarget", std::move(target)}}}};
  json::object store = object_store(stage.setting(), stage.ns());
  store["serverName"] = "orders";
  spec["externalClusters"] =
      json::array{json::object{{"name", "origin"}, {"barmanObjectStore", std::move(store)}}};
  return {{"metadata", metadata(name)}, {"spec", std::move(spec)}};
}

kube::Object backup(std::string const& name, std::string const& cluster) {
  return {{"metadata", metadata(name)}, {"spec", {{"cluster", {{"name", cluster}}}, {"target", "primary"}}}};
}

}  // namespace pgdrill::conformance
