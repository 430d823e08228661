// The objects that a Cluster owns, as CNPG makes them. Pure functions of the Cluster.
#pragma once
#include <string>
#include <vector>

#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox::cnpg {

inline constexpr std::string_view operator_version = "1.30.0";  // the version of the recordings
inline constexpr std::string_view cluster_label = "cnpg.io/cluster";
inline constexpr std::string_view instance_label = "cnpg.io/instanceName";
inline constexpr std::string_view role_label = "cnpg.io/instanceRole";
inline constexpr std::string_view legacy_role_label = "role";
inline constexpr std::string_view pod_role_label = "cnpg.io/podRole";
inline constexpr std::string_view job_role_label = "cnpg.io/jobRole";
inline constexpr std::string_view serial_annotation = "cnpg.io/nodeSerial";
inline constexpr std::string_view claim_status_annotation = "cnpg.io/pvcStatus";
inline constexpr std::string_view fenced_annotation = "cnpg.io/fencedInstances";
inline constexpr std::string_view hibernation_annotation = "cnpg.io/hibernation";

/// "initdb", "full-recovery" or "join".
[[nodiscard]] std::string bootstrap_role(json::value const& cluster);
[[nodiscard]] std::string image_of(json::value const& cluster);
/// PostgreSQL's major version, as the image's tag tells it.
[[nodiscard]] std::string major_version_of(json::value const& cluster);

/// Name, namespace, labels, the operator's annotation and the owner.
[[nodiscard]] json::object metadata_for(json::value const& cluster, std::string const& name);

[[nodiscard]] kube::Object make_claim(json::value const& cluster, int serial);
/// The Job that fills an instance's volume; `role` as bootstrap_role, or "join".
[[nodiscard]] kube::Object make_job(json::value const& cluster, int serial, std::string const& role);
[[nodiscard]] kube::Object make_pod(json::value const& cluster, int serial);
/// <c>-rw, <c>-ro and <c>-r.
[[nodiscard]] std::vector<kube::Object> make_services(json::value const& cluster);

}  // namespace pgdrill::sandbox::cnpg
