#include "harness/sandbox/cnpg/instance_files.hpp"

#include "harness/base/files.hpp"
#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_secrets.hpp"
#include "harness/sandbox/kubelet/layout.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

std::vector<std::string> texts_at(json::value const& document, std::string_view path) {
  std::vector<std::string> texts;
  auto const* list = find(document, path);
  if (list == nullptr || !list->is_array()) return texts;
  for (auto const& text : list->get_array()) {
    if (text.is_string()) texts.emplace_back(text.get_string());
  }
  return texts;
}

// The instance's manager compares; the key itself does not leave the Secret.
std::string credentials_of(Store const& store, std::string const& ns, json::value const& object_store) {
  auto const text = [&](std::string const& field) {
    std::string const path = "s3Credentials." + field;
    return secret_value(store, ns, get_string(object_store, path + ".name"),
                        get_string(object_store, path + ".key"));
  };
  if (find(object_store, "s3Credentials") == nullptr) return "";
  return sha256_hex(text("accessKeyId") + ":" + text("secretAccessKey"));
}

ArchiveLocation location_of(Store const& store, json::value const& cluster, json::value const& object_store,
                            std::string const& default_server) {
  return {.destination_path = get_string(object_store, "destinationPath"),
          .server_name = get_string(object_store, "serverName", default_server),
          .endpoint = get_string(object_store, "endpointURL"),
          .credentials = credentials_of(store, get_string(cluster, "metadata.namespace"), object_store)};
}

Error invalid(json::value const& cluster, std::string why) {
  return {.kind = ErrorKind::invalid,
          .what = "invalid Cluster",
          .where = "Cluster " + kube::name_of(cluster),
          .why = std::move(why)};
}

Result<> set_source(Store const& store, json::value const& cluster, InstanceConfig& config) {
  auto const recovery = *find(cluster, "spec.bootstrap.recovery");
  if (std::string const name = get_string(recovery, "backup.name"); !name.empty()) {
    auto const backup = store.get(kube::backup_type, get_string(cluster, "metadata.namespace"), name);
    if (!backup) return fail(invalid(cluster, fmt::format("Backup \"{}\" not found", name)));
    config.source = ArchiveLocation{.destination_path = get_string(*backup, "status.destinationPath"),
                                    .server_name = get_string(*backup, "status.serverName"),
                                    .endpoint = get_string(*backup, "status.endpointURL")};
    if (config.target.backup_id.empty()) config.target.backup_id = get_string(*backup, "status.backupId");
    return {};
  }
  config.source_name = get_string(recovery, "source");
  auto const* externals = find(cluster, "spec.externalClusters");
  if (externals != nullptr && externals->is_array()) {
    for (auto const& external : externals->get_array()) {
      auto const* object_store = find(external, "barmanObjectStore");
      if (get_string(external, "name") != config.source_name || object_store == nullptr) continue;
      config.source = location_of(store, cluster, *object_store, config.source_name);
      return {};
    }
  }
  return fail(invalid(cluster, fmt::format("External cluster {} not found", config.source_name)));
}

RecoveryTarget target_of(json::value const& cluster) {
  auto const* found = find(cluster, "spec.bootstrap.recovery.recoveryTarget");
  if (found == nullptr) return {};
  return {.backup_id = get_string(*found, "backupID"),
          .timeline = get_string(*found, "targetTLI"),
          .xid = get_string(*found, "targetXID"),
          .name = get_string(*found, "targetName"),
          .lsn = get_string(*found, "targetLSN"),
          .time = get_string(*found, "targetTime"),
          .immediate = get_bool(*found, "targetImmediate"),
          .exclusive = get_bool(*found, "exclusive")};
}

std::string initdb_flags(json::value const& cluster) {
  auto const value = [&cluster](std::string_view name, std::string_view otherwise) {
    return get_string(cluster, fmt::format("spec.bootstrap.initdb.{}", name), otherwise);
  };
  std::string flags = fmt::format("--encoding={} --lc-collate={} --lc-ctype={}", value("encoding", "UTF8"),
                                  value("localeCollate", "C"), value("localeCType", "C"));
  // CNPG's default is without; checksums cost nothing here and let corruption be seen.
  if (get_bool(cluster, "spec.bootstrap.initdb.dataChecksums", true)) flags += " --data-checksums";
  return flags;
}

Result<> write_when_changed(Environment const& environment, std::filesystem::path const& path,
                            std::string const& content, mode_t mode) {
  auto const present = read_file(path);
  if (present && *present == content) return {};
  return write_owned_file(environment, path, content, mode);
}

}  // namespace

std::optional<ArchiveLocation> archive_of(Store const& store, json::value const& cluster) {
  auto const* object_store = find(cluster, "spec.backup.barmanObjectStore");
  if (object_store == nullptr) return std::nullopt;
  return location_of(store, cluster, *object_store, kube::name_of(cluster));
}

Result<InstanceConfig> config_of(Store const& store, json::value const& cluster,
                                 std::string const& instance) {
  InstanceConfig config;
  config.cluster = kube::name_of(cluster);
  config.instance = instance;
  auto const service =
      store.get(kube::service_type, get_string(cluster, "metadata.namespace"), config.cluster + "-rw");
  if (service) config.rw_address = get_string(*service, "spec.clusterIP");
  if (auto const* settings = find(cluster, "spec.postgresql.parameters");
      settings != nullptr && settings->is_object()) {
    for (auto const& [name, value] : settings->get_object()) {
      if (value.is_string()) config.parameters[std::string(name)] = std::string(value.get_string());
    }
  }
  config.pg_hba = texts_at(cluster, "spec.postgresql.pg_hba");
  config.archive = archive_of(store, cluster);
  config.skip_empty_archive_check =
      kube::annotation_of(cluster, "cnpg.io/skipEmptyWalArchiveCheck") == "enabled";
  config.skip_archiving = kube::annotation_of(cluster, "cnpg.io/skipWalArchiving") == "enabled";
  config.initdb_flags = initdb_flags(cluster);
  Application const application = application_of(cluster);
  config.database = application.database;
  config.owner = application.owner;
  config.post_init_sql = texts_at(cluster, "spec.bootstrap.initdb.postInitSQL");
  config.post_init_application_sql = texts_at(cluster, "spec.bootstrap.initdb.postInitApplicationSQL");
  config.target = target_of(cluster);
  // After the bootstrap the source may be gone; only the recovery needs it.
  if (bootstrap_role(cluster) == "full-recovery" && get_string(cluster, "status.currentPrimary").empty()) {
    TRY_VOID(set_source(store, cluster, config));
  }
  return config;
}

ClusterState state_of(json::value const& cluster, std::string const& instance) {
  std::string const fenced = kube::annotation_of(cluster, fenced_annotation);
  return {.current_primary = get_string(cluster, "status.currentPrimary"),
          .target_primary = get_string(cluster, "status.targetPrimary"),
          .fenced = fenced.find("\"*\"") != std::string::npos ||
                    fenced.find('"' + instance + '"') != std::string::npos};
}

namespace {

// An instance's manager looks at the Secret of its store when its Cluster has changed, and at no other time
// (internal/management/controller/instance_controller.go): a key that is changed alone does not reach it.
void keep_credentials(std::filesystem::path const& directory, std::string const& version,
                      InstanceConfig& config) {
  auto const seen = read_file(directory / "cluster-version");
  auto const text = read_file(directory / "instance.json");
  if (!seen || *seen != version || !text || !config.archive) return;
  auto const before = parse_json(*text, "instance.json");
  if (!before) return;
  auto const archive = InstanceConfig::from_json(*before).archive;
  if (archive) config.archive->credentials = archive->credentials;
}

}  // namespace

Result<> write_instance_files(Store const& store, Environment const& environment, json::value const& cluster,
                              std::string const& instance, std::filesystem::path const& volume) {
  constexpr mode_t secret = 0600;
  constexpr mode_t plain = 0644;
  std::string const ns = get_string(cluster, "metadata.namespace");
  std::string const name = kube::name_of(cluster);
  TRY(InstanceConfig config, config_of(store, cluster, instance));
  auto const directory = control_directory(volume);
  TRY_VOID(make_directory(environment, volume, 0700));
  TRY_VOID(make_directory(environment, directory, 0700));
  std::string const version = get_string(cluster, "metadata.resourceVersion");
  keep_credentials(directory, version, config);
  auto const value = [&](std::string const& suffix, std::string const& key) {
    return secret_value(store, ns, name + suffix, key);
  };
  std::string const authority = value("-ca", "ca.crt");
  struct File {
    std::string_view name;
    std::string content;
    mode_t mode;
  };
  std::vector<File> const files{
      {"server-ca.crt", authority, plain},
      {"client-ca.crt", authority, plain},
      {"server.crt", value("-server", "tls.crt"), plain},
      {"server.key", value("-server", "tls.key"), secret},
      {"streaming_replica.crt", value("-replication", "tls.crt"), plain},
      {"streaming_replica.key", value("-replication", "tls.key"), secret},
      {"instance.json", json::serialize(config.to_json()), plain},
      {"cluster-version", version, plain},
      {"state.json", json::serialize(state_of(cluster, instance).to_json()), plain}};
  for (auto const& file : files) {
    TRY_VOID(write_when_changed(environment, directory / file.name, file.content, file.mode));
  }
  return {};
}

}  // namespace pgdrill::sandbox::cnpg
