// What several steps need: the captured target, waiting for the archive, reading a Cluster.
#pragma once
#include <string>

#include "harness/engine/registry.hpp"

namespace pgdrill::steps {

using engine::RunContext;
using engine::StepOutcome;
using scenario::StepSpec;

/// The fact of a captured target; error usage when no earlier step captured one of that name.
[[nodiscard]] Result<json::object> captured_target(RunContext const& context, std::string const& name);

/// Name of the Cluster that an earlier step restored; error usage when none did.
[[nodiscard]] Result<std::string> restored_cluster(RunContext const& context);

/// Switches the WAL of a cluster and waits until the archive has the segment that was current. Returns its
/// name. The step's own timeout bounds it; the error says how far the archive has come.
[[nodiscard]] Task<Result<std::string>> archive_current_wal(RunContext& context, std::string cluster);

/// The cluster's object, as JSON.
[[nodiscard]] Task<Result<json::value>> get_cluster(RunContext& context, std::string name);

/// Writes a marker row on the primary as the superuser; makes the table when it is missing.
[[nodiscard]] Task<Result<>> write_marker(RunContext& context, std::string cluster, std::string marker);

/// A step error about a cluster.
[[nodiscard]] Error cluster_error(RunContext const& context, ErrorKind kind, std::string what,
                                  std::string why, std::string todo = "");

}  // namespace pgdrill::steps
