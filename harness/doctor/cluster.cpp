// The Cluster is there, healthy, and all its instances are ready.
#include <fmt/format.h>

#include "harness/cnpg/cluster_view.hpp"
#include "harness/doctor/target_objects.hpp"

namespace pgdrill::doctor {

namespace {

Task<Findings> examine(Patient& patient) {
  Result<json::value> const found = co_await get_cluster(patient);
  if (!found) co_return Findings{finding_of(found.error())};
  cnpg::ClusterView const cluster = cnpg::view_cluster(*found);
  std::string const name = patient.target.ns + "/" + cluster.name;
  if (!cluster.healthy) {
    co_return Findings{
        {.status = Status::missing,
         .what = fmt::format("Cluster {}: {}/{} instances ready", name, cluster.instances_ready,
                             cluster.instances_wanted),
         .why = cluster.phase + (cluster.phase_reason.empty() ? "" : ": " + cluster.phase_reason),
         .todo = fmt::format("kubectl describe cluster {} -n {}", cluster.name, patient.target.ns)}};
  }
  Findings all{{.what = fmt::format("Cluster {} is healthy, {} of {} instances ready, primary {}", name,
                                    cluster.instances_ready, cluster.instances_wanted, cluster.primary)}};
  if (cluster.instances_wanted < 2) {
    all.push_back({.status = Status::warning,
                   .what = "Cluster " + name + " has one instance",
                   .why = "a failover cannot be drilled, and losing its pod is an outage until it is back",
                   .todo = "set spec.instances to 2 or more"});
  }
  co_return all;
}

RegisterCheck const registered(order::cluster, "cluster", &examine);

}  // namespace

}  // namespace pgdrill::doctor
