// Status of a Cluster: what CNPG computes of its resources, and its conditions.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "harness/sandbox/api/store.hpp"
#include "harness/sandbox/cnpg/instance_sql.hpp"

namespace pgdrill::sandbox::cnpg {

namespace phase {
inline constexpr std::string_view healthy = "Cluster in healthy state";
inline constexpr std::string_view setting_up_primary = "Setting up primary";
inline constexpr std::string_view creating_replica = "Creating a new replica";
inline constexpr std::string_view waiting_for_instances = "Waiting for the instances to become active";
inline constexpr std::string_view failing_over = "Failing over";
inline constexpr std::string_view switching_over = "Switchover in progress";
inline constexpr std::string_view unrecoverable = "Cluster is unrecoverable and needs manual intervention";
inline constexpr std::string_view invalid = "Invalid cluster definition";
}  // namespace phase

/// All that belongs to a Cluster at one moment.
struct Resources {
  std::vector<json::value> claims;  ///< by serial
  std::vector<json::value> pods;    ///< of instances, by serial
  std::vector<json::value> jobs;
  std::map<std::string, InstanceStatus> instances;  ///< of the pods that were asked

  [[nodiscard]] json::value const* pod(std::string const& name) const;
  [[nodiscard]] InstanceStatus instance(std::string const& name) const;
};

[[nodiscard]] int serial_of(json::value const& object);
[[nodiscard]] bool pod_is_ready(json::value const& pod);
[[nodiscard]] bool is_deleted(json::value const& object);  ///< has a deletionTimestamp
/// The condition Complete or Failed of a Job: "Complete", "Failed" or empty.
[[nodiscard]] std::string job_outcome(json::value const& job);
[[nodiscard]] Resources resources_of(Store const& store, json::value const& cluster);

/// Sets a condition; lastTransitionTime changes with the status only.
void set_condition(kube::Object& object, std::string_view type, bool status, std::string_view reason,
                   std::string_view message);

/// Phase and the condition Ready, which CNPG always changes together. An empty reason is removed.
void set_phase(Store& store, json::value const& cluster, std::string_view phase,
               std::string_view reason = "");

/// Writes everything that follows from the resources: counts, names, states, system id, timeline.
void write_resource_status(Store& store, json::value const& cluster, Resources const& resources);

/// The condition ContinuousArchiving, from what wal-archive last wrote in the primary's volume.
void write_archiving_condition(Store& store, json::value const& cluster, std::filesystem::path const& volume);

}  // namespace pgdrill::sandbox::cnpg
