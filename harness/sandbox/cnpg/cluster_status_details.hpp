// What a Cluster's status says beside its instances: secrets and their versions, topology, the operator.
#pragma once
#include "harness/sandbox/cnpg/cluster_status.hpp"

namespace pgdrill::sandbox::cnpg {

void write_details(kube::Object& cluster, Store const& store, Resources const& resources);

}  // namespace pgdrill::sandbox::cnpg
