// The Cluster that brings the data back, ready for kubectl: the one that the drill restored with, under a
// name of its own.
#pragma once
#include <string>

#include "reports/run.hpp"

namespace pgdrill::reports {

/// Name of the Cluster in it: "<cluster>-recovered".
[[nodiscard]] std::string recovered_name(Run const& run);
/// recovery-cluster.yaml; empty when the run restored nothing, or its manifest is no manifest.
[[nodiscard]] std::string recovery_manifest(Run const& run);

}  // namespace pgdrill::reports
