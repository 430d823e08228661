#include "harness/cnpg/retention.hpp"

#include "harness/kube/resource.hpp"

namespace pgdrill::cnpg {

namespace {

constexpr std::string_view plugin_name = "barman-cloud.cloudnative-pg.io";

}  // namespace

std::string plugin_object_store(json::value const& cluster) {
  json::value const* const plugins = find(cluster, "spec.plugins");
  if (plugins == nullptr || !plugins->is_array()) return {};
  for (json::value const& plugin : plugins->get_array()) {
    if (get_string(plugin, "name") == plugin_name) return get_string(plugin, "parameters.barmanObjectName");
  }
  return {};
}

Task<Retention> retention_of(std::shared_ptr<kube::Client> client, std::string ns, json::value cluster) {
  // A store of the Cluster's own goes before the plugin, as in CNPG.
  std::string const store = plugin_object_store(cluster);
  if (store.empty() || find(cluster, "spec.backup.barmanObjectStore") != nullptr) {
    co_return Retention{.policy = get_string(cluster, "spec.backup.retentionPolicy"),
                        .source = "Cluster " + ns + "/" + kube::name_of(cluster),
                        .why_not = {}};
  }
  kube::ObjectRef const ref{kube::object_store_type, std::move(ns), store};
  Result<json::value> const object = co_await client->get(ref);
  Retention retention{.policy = {}, .source = ref.text(), .why_not = {}};
  if (object) {
    retention.policy = get_string(*object, "spec.retentionPolicy");
  } else {
    retention.why_not = object.error().what + (object.error().why.empty() ? "" : ": " + object.error().why);
  }
  co_return retention;
}

}  // namespace pgdrill::cnpg
