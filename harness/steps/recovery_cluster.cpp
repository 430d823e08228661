#include "harness/steps/recovery_cluster.hpp"

#include "harness/engine/context.hpp"

namespace pgdrill::steps {

namespace {

constexpr std::string_view origin = "origin";
constexpr std::string_view barman_plugin = "barman-cloud.cloudnative-pg.io";

/// What an instance of the source is made from; the rest (replicas, schedules, fences) is not the data's.
constexpr std::string_view kept_fields[] = {"imageName",
                                            "imageCatalogRef",
                                            "imagePullSecrets",
                                            "postgresql",
                                            "storage",
                                            "walStorage",
                                            "resources",
                                            "postgresUID",
                                            "postgresGID",
                                            "env",
                                            "enableSuperuserAccess",
                                            "affinity",
                                            "serviceAccountTemplate",
                                            "certificates"};

json::object* plugin_archiver(json::value& plugins) {
  if (!plugins.is_array()) return nullptr;
  for (json::value& plugin : plugins.get_array()) {
    if (get_string(plugin, "name") == barman_plugin) return &plugin.get_object();
  }
  return nullptr;
}

std::string owner_of(json::value const& source, std::string const& database) {
  std::string const by_initdb = get_string(source, "spec.bootstrap.initdb.owner");
  if (!by_initdb.empty()) return by_initdb;
  return get_string(source, "spec.bootstrap.recovery.owner", database);
}

}  // namespace

Result<json::object> recovery_target(RecoveryPlan const& plan, json::value const& captured) {
  json::object target{{"backupID", get_string(captured, "backup_id")},
                      {"targetTLI", std::to_string(get_int(captured, "timeline", 1))}};
  if (plan.by == "name") {
    target["targetName"] = get_string(captured, "restore_point");
  } else if (plan.by == "lsn") {
    target["targetLSN"] = get_string(captured, "restore_point_lsn");
  } else {
    TRY(WallTime const time, parse_time(get_string(captured, "time")));
    target["targetTime"] = format_postgres(time + std::chrono::floor<std::chrono::microseconds>(plan.offset));
  }
  return target;
}

Result<kube::Object> recovery_cluster(RecoveryPlan const& plan, json::value const& source,
                                      json::value const& captured) {
  std::string const source_name = kube::name_of(source);
  json::object spec{{"instances", 1}};
  for (std::string_view const field : kept_fields) {
    if (json::value const* const value = member(find(source, "spec"), field)) spec[field] = *value;
  }
  json::object external{{"name", origin}};
  if (json::value const* const store = find(source, "spec.backup.barmanObjectStore")) {
    json::object from = store->as_object();
    json::object own = from;
    from["serverName"] = get_string(*store, "serverName", source_name);
    own["serverName"] = plan.name;
    external["barmanObjectStore"] = std::move(from);
    spec["backup"] = {{"barmanObjectStore", std::move(own)}};
  } else {
    json::value const* const plugins = find(source, "spec.plugins");
    json::value own = plugins != nullptr ? *plugins : json::value();
    json::object* const archiver = plugin_archiver(own);
    if (archiver == nullptr) {
      return fail({.kind = ErrorKind::invalid,
                   .what = "cannot restore Cluster " + source_name,
                   .where = "Cluster " + source_name,
                   .why = "it has no archive"});
    }
    json::object from = find(json::value(*archiver), "parameters")->as_object();
    if (!from.contains("serverName")) from["serverName"] = source_name;
    external["plugin"] = {{"name", barman_plugin}, {"parameters", std::move(from)}};
    set(*archiver, "parameters.serverName", json::value(plan.name));
    spec["plugins"] = std::move(own);
  }
  TRY(json::object target, recovery_target(plan, captured));
  spec["bootstrap"] = {{"recovery",
                        {{"source", origin},
                         {"database", plan.database},
                         {"owner", owner_of(source, plan.database)},
                         {"secret", {{"name", plan.secret}}},
                         {"recoveryTarget", std::move(target)}}}};
  spec["externalClusters"] = json::array{std::move(external)};
  return kube::Object{
      {"metadata", {{"name", plan.name}, {"labels", {{std::string(engine::run_label), plan.run_id}}}}},
      {"spec", std::move(spec)}};
}

}  // namespace pgdrill::steps
