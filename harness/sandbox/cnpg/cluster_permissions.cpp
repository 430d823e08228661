#include "harness/sandbox/cnpg/cluster_permissions.hpp"

#include <algorithm>

#include "harness/sandbox/api/types.hpp"
#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_status.hpp"
#include "harness/sandbox/cnpg/instance_config.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr std::string_view monitoring_map = "cnpg-default-monitoring";

json::object database_metadata(json::value const& cluster, std::string const& name) {
  json::object metadata = metadata_for(cluster, name);
  json::object& labels = metadata["labels"].as_object();
  labels["app.kubernetes.io/component"] = "database";
  labels["app.kubernetes.io/instance"] = kube::name_of(cluster);
  labels["app.kubernetes.io/name"] = "postgresql";
  labels["app.kubernetes.io/version"] = major_version_of(cluster);
  return metadata;
}

OwnedObject budget(json::value const& cluster, std::string const& suffix, std::string_view role) {
  std::string const name = kube::name_of(cluster) + suffix;
  json::object const selector{{"matchLabels", {{cluster_label, kube::name_of(cluster)}, {role_label, role}}}};
  return {.type = disruption_budget_type,
          .object = {{"metadata", database_metadata(cluster, name)},
                     {"spec", {{"minAvailable", 1}, {"selector", selector}}}},
          .reason = "CreatingPodDisruptionBudget",
          .message = "Creating PodDisruptionBudget " + name};
}

json::object rule(std::string_view group, std::string_view resource, json::array verbs,
                  json::array names = {}) {
  json::object rule{{"apiGroups", {group}}, {"resources", {resource}}, {"verbs", std::move(verbs)}};
  if (!names.empty()) rule["resourceNames"] = std::move(names);
  return rule;
}

// Its own secrets and those that its object stores name.
json::array secrets_of(json::value const& cluster) {
  std::string const name = kube::name_of(cluster);
  std::vector<std::string> names{name + "-app", name + "-ca", name + "-replication", name + "-server",
                                 name + "-superuser"};
  auto const add = [&names](json::value const* store) {
    for (std::string_view const key :
         {"s3Credentials.accessKeyId.name", "s3Credentials.secretAccessKey.name"}) {
      std::string secret = store == nullptr ? "" : get_string(*store, key);
      if (!secret.empty() && std::ranges::find(names, secret) == names.end())
        names.push_back(std::move(secret));
    }
  };
  add(find(cluster, "spec.backup.barmanObjectStore"));
  if (auto const* externals = find(cluster, "spec.externalClusters")) {
    for (json::value const& external : externals->as_array()) add(find(external, "barmanObjectStore"));
  }
  std::ranges::sort(names);
  json::array secrets;
  for (std::string const& secret : names) secrets.push_back(json::value(secret));
  return secrets;
}

json::array rules_of(json::value const& cluster) {
  constexpr std::string_view group = "postgresql.cnpg.io";
  std::string const name = kube::name_of(cluster);
  json::array const read{"get", "list", "watch"};
  json::array const status{"get", "patch", "update"};
  json::array const status_watch{"get", "patch", "update", "watch"};
  json::array const keep{"get", "update", "list", "watch"};
  json::array rules{rule("", "configmaps", {"get", "watch"}, {monitoring_map, name}),
                    rule("", "secrets", {"get", "watch"}, secrets_of(cluster)),
                    rule(group, "clusters", read, {name}),
                    rule(group, "clusters/status", status_watch, {name}),
                    rule(group, "backups", {"list", "get", "delete"}),
                    rule(group, "backups/status", status),
                    rule("", "events", {"create", "patch"})};
  for (std::string const resource : {"databases", "publications", "subscriptions"}) {
    rules.push_back(rule(group, resource, keep));
    rules.push_back(rule(group, resource + "/status", status));
  }
  rules.push_back(rule("coordination.k8s.io", "leases", {"get", "update"}, {name}));
  rules.push_back(rule(group, "failoverquorums", read, {name}));
  rules.push_back(rule(group, "failoverquorums/status", status_watch, {name}));
  rules.push_back(rule(group, "databaseroles", keep));
  rules.push_back(rule(group, "databaseroles/status", status));
  return rules;
}

OwnedObject monitoring(json::value const& cluster) {
  return {.type = kube::config_map_type,
          .object = {{"metadata",
                      {{"name", monitoring_map},
                       {"namespace", get_string(cluster, "metadata.namespace")},
                       {"labels",
                        {{"app.kubernetes.io/managed-by", "cloudnative-pg"}, {"cnpg.io/reload", "true"}}},
                       {"annotations", {{"cnpg.io/operatorVersion", operator_version}}}}},
                     {"data",
                      {{"queries", "# The sandbox has no metrics exporter: there is nothing to query.\n"}}}},
          .reason = "",
          .message = ""};
}

}  // namespace

std::vector<OwnedObject> supporting_objects(json::value const& cluster) {
  std::string const name = kube::name_of(cluster);
  std::vector<OwnedObject> objects;
  if (get_bool(cluster, "spec.enablePDB", true)) {
    if (get_int(cluster, "spec.instances", 1) > 2) objects.push_back(budget(cluster, "", "replica"));
    objects.push_back(budget(cluster, "-primary", "primary"));
  }
  json::object account = metadata_for(cluster, name);
  account["annotations"].as_object()["cnpg.io/managedSecrets"] = "[]";
  objects.push_back({.type = kube::service_account_type,
                     .object = {{"metadata", std::move(account)}},
                     .reason = "CreatingServiceAccount",
                     .message = "Creating ServiceAccount"});
  objects.push_back({.type = role_type,
                     .object = {{"metadata", metadata_for(cluster, name)}, {"rules", rules_of(cluster)}},
                     .reason = "CreatingRole",
                     .message = "Creating Cluster Role"});
  json::object const subject{
      {"kind", "ServiceAccount"}, {"name", name}, {"namespace", get_string(cluster, "metadata.namespace")}};
  objects.push_back(
      {.type = role_binding_type,
       .object = {{"metadata", metadata_for(cluster, name)},
                  {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", name}}},
                  {"subjects", json::array{subject}}},
       .reason = "",
       .message = ""});
  objects.push_back(monitoring(cluster));
  objects.push_back({.type = kube::lease_type,
                     .object = {{"metadata", metadata_for(cluster, name)}},
                     .reason = "",
                     .message = ""});
  return objects;
}

void write_budget_status(Store& store, json::value const& cluster) {
  std::string const ns = get_string(cluster, "metadata.namespace");
  std::string const mine = fmt::format("{}={}", cluster_label, kube::name_of(cluster));
  for (json::value const& budget : store.list(disruption_budget_type, ns, mine)) {
    auto const* labels = find(budget, "spec.selector.matchLabels");
    auto const pods = store.list(
        kube::pod_type, ns,
        fmt::format("{},{}={}", mine, role_label, member(labels, role_label)->as_string().c_str()));
    auto const healthy =
        std::ranges::count_if(pods, [](json::value const& pod) { return pod_is_ready(pod); });
    // Without a pod the controller counts nothing and leaves what it wanted before.
    std::int64_t const desired = pods.empty() ? get_int(budget, "status.desiredHealthy") : 1;
    std::int64_t const allowed = std::max<std::int64_t>(0, healthy - desired);
    (void)store.modify(disruption_budget_type, ns, kube::name_of(budget), true, [&](kube::Object& object) {
      set(object, "status.currentHealthy", healthy);
      set(object, "status.desiredHealthy", desired);
      set(object, "status.disruptionsAllowed", allowed);
      set(object, "status.expectedPods", std::ssize(pods));
      set_condition(object, "DisruptionAllowed", allowed > 0,
                    allowed > 0 ? "SufficientPods" : "InsufficientPods", "");
    });
  }
}

}  // namespace pgdrill::sandbox::cnpg
