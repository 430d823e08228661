#include "harness/steps/recovery_manifest.hpp"

#include <array>

#include "harness/kube/resource.hpp"

namespace pgdrill::steps {

namespace {

constexpr std::string_view source_name = "source";

/// What the new cluster takes over from the source's spec as it is.
constexpr std::array<std::string_view, 7> kept{"imageName",  "imageCatalogRef", "storage", "walStorage",
                                               "postgresql", "resources",       "affinity"};

json::object native_archive(json::object store, std::string const& server) {
  store["serverName"] = server;
  return store;
}

/// The plugin entry of the source that archives its WAL, or null.
json::value const* archiving_plugin(json::value const& source) {
  json::value const* const plugins = find(source, "spec.plugins");
  if (plugins == nullptr || !plugins->is_array()) return nullptr;
  for (json::value const& plugin : plugins->get_array()) {
    if (get_bool(plugin, "isWALArchiver")) return &plugin;
  }
  return nullptr;
}

void add_native(json::object& spec, json::value const& store, std::string const& source,
                std::string const& name) {
  std::string const server = get_string(store, "serverName", source);
  spec["externalClusters"] =
      json::array{{{"name", source_name}, {"barmanObjectStore", native_archive(store.get_object(), server)}}};
  json::object own = native_archive(store.get_object(), name);
  spec["backup"] = {{"barmanObjectStore", std::move(own)}};
}

void add_plugin(json::object& spec, json::value const& plugin, std::string const& source,
                std::string const& name) {
  json::object from{{"name", get_string(plugin, "name")}};
  json::value const* const given = find(plugin, "parameters");
  json::object parameters = given != nullptr && given->is_object() ? given->get_object() : json::object();
  parameters["serverName"] = get_string(plugin, "parameters.serverName", source);
  from["parameters"] = parameters;
  spec["externalClusters"] = json::array{{{"name", source_name}, {"plugin", std::move(from)}}};
  json::object own = plugin.get_object();
  parameters["serverName"] = name;
  own["parameters"] = std::move(parameters);
  spec["plugins"] = json::array{std::move(own)};
}

}  // namespace

json::object recovery_target(json::object const& captured, std::string const& by, std::string const& time) {
  json::value const whole(captured);
  json::object target{{"backupID", get_string(whole, "backup_id")},
                      {"targetTLI", std::to_string(get_int(whole, "timeline", 1))}};
  if (by == "time") {
    target["targetTime"] = time;
  } else if (by == "lsn") {
    target["targetLSN"] = get_string(whole, "restore_point_lsn");
  } else {
    target["targetName"] = get_string(whole, "restore_point");
  }
  return target;
}

Result<json::object> recovery_manifest(json::value const& source, RecoveryRequest const& request) {
  json::object spec{{"instances", request.instances}};
  for (std::string_view const field : kept) {
    json::value const* const value = find(source, "spec." + std::string(field));
    if (value != nullptr) spec[field] = *value;
  }
  json::value const* const store = find(source, "spec.backup.barmanObjectStore");
  json::value const* const plugin = archiving_plugin(source);
  std::string const name = kube::name_of(source);
  if (store != nullptr && store->is_object()) {
    add_native(spec, *store, name, request.name);
  } else if (plugin != nullptr) {
    add_plugin(spec, *plugin, name, request.name);
  } else {
    return fail({.kind = ErrorKind::refused,
                 .what = "cannot restore",
                 .where = "Cluster " + name,
                 .why = "it archives to no object store",
                 .todo = "configure spec.backup.barmanObjectStore or the barman-cloud plugin"});
  }
  json::object recovery{{"source", source_name},
                        {"database", request.database},
                        {"owner", request.owner},
                        {"secret", {{"name", request.secret}}},
                        {"recoveryTarget", request.target}};
  spec["bootstrap"] = {{"recovery", std::move(recovery)}};
  return json::object{
      {"apiVersion", "postgresql.cnpg.io/v1"},
      {"kind", "Cluster"},
      {"metadata", {{"name", request.name}, {"labels", {{"pgdrill.io/run", request.run_id}}}}},
      {"spec", std::move(spec)}};
}

}  // namespace pgdrill::steps
