#include "harness/sandbox/api/strict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/types.hpp"

namespace pgdrill::sandbox {
namespace {

std::vector<std::string_view> fields_of(kube::ResourceType const& type) {
  if (type == kube::secret_type) return {"data", "stringData", "type", "immutable"};
  if (type == kube::config_map_type) return {"data", "binaryData", "immutable"};
  if (type == kube::service_account_type)
    return {"secrets", "imagePullSecrets", "automountServiceAccountToken"};
  if (type == role_type) return {"rules"};
  if (type == role_binding_type) return {"roleRef", "subjects"};
  if (type == endpoints_type) return {"subsets"};
  if (type == endpoint_slice_type) return {"addressType", "endpoints", "ports"};
  return {"spec", "status"};
}

// The members of spec in CloudNativePG 1.28's definitions; empty for kinds whose specification is not
// checked.
std::vector<std::string> spec_fields_of(kube::ResourceType const& type) {
  if (type == kube::cluster_type) {
    return split(
        "affinity backup bootstrap certificates description enablePDB enableSuperuserAccess env envFrom "
        "ephemeralVolumeSource ephemeralVolumesSizeLimit externalClusters failoverDelay imageCatalogRef "
        "imageName "
        "imagePullPolicy imagePullSecrets inheritedMetadata instances livenessProbeTimeout logLevel managed "
        "maxSyncReplicas minSyncReplicas monitoring nodeMaintenanceWindow plugins podSecurityContext "
        "postgresGID "
        "postgresUID postgresql primaryUpdateMethod primaryUpdateStrategy priorityClassName probes "
        "projectedVolumeTemplate replica replicationSlots resources schedulerName seccompProfile "
        "securityContext "
        "serviceAccountTemplate smartShutdownTimeout startDelay stopDelay storage superuserSecret "
        "switchoverDelay "
        "tablespaces topologySpreadConstraints walStorage",
        ' ');
  }
  if (type == kube::backup_type)
    return split("cluster method online onlineConfiguration pluginConfiguration target", ' ');
  if (type == kube::scheduled_backup_type) {
    return split(
        "backupOwnerReference cluster immediate method online onlineConfiguration pluginConfiguration "
        "schedule "
        "suspend target",
        ' ');
  }
  return {};
}

}  // namespace

Result<> check_strict(kube::ResourceType const& type, kube::Object const& object,
                      std::string_view validation) {
  if (validation != "Strict" || type == kube::event_type) return {};
  std::vector<std::string_view> known = fields_of(type);
  known.insert(known.end(), {"apiVersion", "kind", "metadata"});
  std::vector<std::string> unknown;
  for (auto const& member : object) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      unknown.push_back(fmt::format("unknown field \"{}\"", std::string_view(member.key())));
    }
  }
  auto const known_of_spec = spec_fields_of(type);
  auto const* spec = find(object, "spec");
  if (!known_of_spec.empty() && spec != nullptr && spec->is_object()) {
    for (auto const& member : spec->get_object()) {
      if (std::ranges::find(known_of_spec, std::string_view(member.key())) == known_of_spec.end())
        unknown.push_back(fmt::format("unknown field \"spec.{}\"", std::string_view(member.key())));
    }
  }
  if (unknown.empty()) return {};
  return fail(bad_request_error(
      fmt::format("{} in version \"{}\" cannot be handled as a {}: strict decoding error: {}",
                  std::string_view(type.kind), std::string_view(type.version), std::string_view(type.kind),
                  join(unknown, ", "))));
}

}  // namespace pgdrill::sandbox
