#include "harness/sandbox/api/cluster_defaults.hpp"

namespace pgdrill::sandbox {
namespace {

json::value const& defaults() {
  static json::value const all = json::parse(R"({
    "affinity": {"podAntiAffinityType": "preferred"},
    "enablePDB": true,
    "enableSuperuserAccess": false,
    "failoverDelay": 0,
    "instances": 1,
    "logLevel": "info",
    "maxSyncReplicas": 0,
    "minSyncReplicas": 0,
    "monitoring": {
      "customQueriesConfigMap": [{"key": "queries", "name": "cnpg-default-monitoring"}],
      "disableDefaultQueries": false,
      "enablePodMonitor": false
    },
    "postgresGID": 26,
    "postgresUID": 26,
    "postgresql": {"syncReplicaElectionConstraint": {"enabled": false}},
    "primaryUpdateMethod": "restart",
    "primaryUpdateStrategy": "unsupervised",
    "probes": {"liveness": {"isolationCheck": {"connectionTimeout": 1000, "enabled": true, "requestTimeout": 1000}}},
    "replicationSlots": {
      "highAvailability": {"enabled": true, "slotPrefix": "_cnpg_"},
      "synchronizeReplicas": {"enabled": true},
      "updateInterval": 30
    },
    "resources": {},
    "smartShutdownTimeout": 180,
    "startDelay": 3600,
    "stopDelay": 1800,
    "storage": {"resizeInUseVolumes": true},
    "switchoverDelay": 3600
  })");
  return all;
}

// Adds what is missing; what is there stays.
void fill(json::object& into, json::object const& from) {
  for (auto const& [key, value] : from) {
    if (!into.contains(key)) {
      into[key] = value;
    } else if (value.is_object() && into[key].is_object()) {
      fill(into[key].get_object(), value.get_object());
    }
  }
}

}  // namespace

void default_cluster(kube::Object& cluster) {
  if (!cluster["spec"].is_object()) cluster["spec"] = json::object();
  json::object& spec = cluster["spec"].get_object();
  fill(spec, defaults().get_object());
  json::value& parameters = spec["postgresql"].as_object()["parameters"];
  if (!parameters.is_object()) parameters = json::object();
  for (auto const& [name, value] : default_parameters()) {
    if (!parameters.get_object().contains(name)) parameters.get_object()[name] = value;
  }
  if (auto* initdb =
          spec.contains("bootstrap") ? spec["bootstrap"].as_object().if_contains("initdb") : nullptr;
      initdb != nullptr && initdb->is_object()) {
    fill(initdb->get_object(), {{"encoding", "UTF8"}, {"localeCType", "C"}, {"localeCollate", "C"}});
  }
  if (auto* backup = spec.if_contains("backup"); backup != nullptr && backup->is_object())
    fill(backup->get_object(), {{"target", "prefer-standby"}});
}

std::map<std::string, std::string> const& default_parameters() {
  static std::map<std::string, std::string> const all{{"archive_mode", "on"},
                                                      {"archive_timeout", "5min"},
                                                      {"dynamic_shared_memory_type", "posix"},
                                                      {"full_page_writes", "on"},
                                                      {"log_destination", "csvlog"},
                                                      {"log_directory", "/controller/log"},
                                                      {"log_filename", "postgres"},
                                                      {"log_rotation_age", "0"},
                                                      {"log_rotation_size", "0"},
                                                      {"log_truncate_on_rotation", "false"},
                                                      {"logging_collector", "on"},
                                                      {"max_parallel_workers", "32"},
                                                      {"max_replication_slots", "32"},
                                                      {"max_worker_processes", "32"},
                                                      {"shared_memory_type", "mmap"},
                                                      {"shared_preload_libraries", ""},
                                                      {"ssl_max_protocol_version", "TLSv1.3"},
                                                      {"ssl_min_protocol_version", "TLSv1.3"},
                                                      {"wal_keep_size", "512MB"},
                                                      {"wal_level", "logical"},
                                                      {"wal_log_hints", "on"},
                                                      {"wal_receiver_timeout", "5s"},
                                                      {"wal_sender_timeout", "5s"}};
  return all;
}

}  // namespace pgdrill::sandbox
