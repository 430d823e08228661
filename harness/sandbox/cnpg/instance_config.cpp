#include "harness/sandbox/cnpg/instance_config.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

json::value to_value(std::optional<ArchiveLocation> const& location) {
  if (!location) return nullptr;
  return json::object{{"destinationPath", location->destination_path},
                      {"serverName", location->server_name},
                      {"endpointURL", location->endpoint},
                      {"credentials", location->credentials}};
}

std::optional<ArchiveLocation> location_of(json::value const* value) {
  if (value == nullptr || !value->is_object()) return std::nullopt;
  return ArchiveLocation{.destination_path = get_string(*value, "destinationPath"),
                         .server_name = get_string(*value, "serverName"),
                         .endpoint = get_string(*value, "endpointURL"),
                         .credentials = get_string(*value, "credentials")};
}

json::array to_value(std::vector<std::string> const& texts) {
  json::array array;
  for (auto const& text : texts) array.emplace_back(text);
  return array;
}

std::vector<std::string> texts_of(json::value const* value) {
  std::vector<std::string> texts;
  if (value == nullptr || !value->is_array()) return texts;
  for (auto const& element : value->get_array()) {
    if (element.is_string()) texts.emplace_back(element.get_string());
  }
  return texts;
}

json::object to_value(RecoveryTarget const& target) {
  return {{"backupID", target.backup_id},        {"targetTLI", target.timeline}, {"targetXID", target.xid},
          {"targetName", target.name},           {"targetLSN", target.lsn},      {"targetTime", target.time},
          {"targetImmediate", target.immediate}, {"exclusive", target.exclusive}};
}

RecoveryTarget target_of(json::value const& document) {
  return {.backup_id = get_string(document, "target.backupID"),
          .timeline = get_string(document, "target.targetTLI"),
          .xid = get_string(document, "target.targetXID"),
          .name = get_string(document, "target.targetName"),
          .lsn = get_string(document, "target.targetLSN"),
          .time = get_string(document, "target.targetTime"),
          .immediate = get_bool(document, "target.targetImmediate"),
          .exclusive = get_bool(document, "target.exclusive")};
}

}  // namespace

json::object InstanceConfig::to_json() const {
  json::object settings;
  for (auto const& [name, value] : parameters) settings[name] = value;
  return {{"cluster", cluster},
          {"instance", instance},
          {"rwAddress", rw_address},
          {"parameters", settings},
          {"pg_hba", to_value(pg_hba)},
          {"archive", to_value(archive)},
          {"skipEmptyWalArchiveCheck", skip_empty_archive_check},
          {"skipWalArchiving", skip_archiving},
          {"initdbFlags", initdb_flags},
          {"database", database},
          {"owner", owner},
          {"postInitSQL", to_value(post_init_sql)},
          {"postInitApplicationSQL", to_value(post_init_application_sql)},
          {"source", to_value(source)},
          {"sourceName", source_name},
          {"target", to_value(target)}};
}

InstanceConfig InstanceConfig::from_json(json::value const& document) {
  InstanceConfig config;
  config.cluster = get_string(document, "cluster");
  config.instance = get_string(document, "instance");
  config.rw_address = get_string(document, "rwAddress");
  if (auto const* settings = find(document, "parameters"); settings != nullptr && settings->is_object()) {
    for (auto const& [name, value] : settings->get_object()) {
      if (value.is_string()) config.parameters[std::string(name)] = std::string(value.get_string());
    }
  }
  config.pg_hba = texts_of(find(document, "pg_hba"));
  config.archive = location_of(find(document, "archive"));
  config.skip_empty_archive_check = get_bool(document, "skipEmptyWalArchiveCheck");
  config.skip_archiving = get_bool(document, "skipWalArchiving");
  config.initdb_flags = get_string(document, "initdbFlags");
  config.database = get_string(document, "database");
  config.owner = get_string(document, "owner");
  config.post_init_sql = texts_of(find(document, "postInitSQL"));
  config.post_init_application_sql = texts_of(find(document, "postInitApplicationSQL"));
  config.source = location_of(find(document, "source"));
  config.source_name = get_string(document, "sourceName");
  config.target = target_of(document);
  return config;
}

json::object ClusterState::to_json() const {
  return {{"currentPrimary", current_primary}, {"targetPrimary", target_primary}, {"fenced", fenced}};
}

ClusterState ClusterState::from_json(json::value const& document) {
  return {.current_primary = get_string(document, "currentPrimary"),
          .target_primary = get_string(document, "targetPrimary"),
          .fenced = get_bool(document, "fenced")};
}

Role role_of(ClusterState const& state, std::string const& instance) {
  if (state.current_primary.empty()) {
    return state.target_primary == instance ? Role::primary : Role::undecided;
  }
  if (state.current_primary != instance) return Role::replica;
  return state.target_primary == instance ? Role::primary : Role::undecided;
}

std::filesystem::path control_directory(std::filesystem::path const& volume) { return volume / ".instance"; }

}  // namespace pgdrill::sandbox::cnpg
