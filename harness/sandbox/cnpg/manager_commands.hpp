// The commands of the instance manager; each returns the process's exit code.
#pragma once
#include "harness/base/task.hpp"
#include "harness/sandbox/cnpg/manager_context.hpp"

namespace pgdrill::sandbox::cnpg {

/// Creates the first instance's data directory: initdb, application database and owner, replication role.
[[nodiscard]] int instance_init(ManagerContext const& context);
/// Clones the primary by pg_basebackup.
[[nodiscard]] int instance_join(ManagerContext const& context);
/// Restores a base backup and recovers to the target until promoted.
[[nodiscard]] int instance_restore(ManagerContext const& context);
/// Runs PostgreSQL in the role that the operator gives it, until SIGTERM.
[[nodiscard]] int instance_run(ManagerContext const& context);
/// Takes a base backup into the object store; the last line of the output is its description as JSON, with
/// the member "backup", which the operator reads.
[[nodiscard]] int backup(ManagerContext const& context, std::string const& name);

/// Clones from the -rw service into PGDATA, which is emptied before.
[[nodiscard]] Result<> clone_primary(ManagerContext const& context, InstanceConfig const& config);

/// Starts PostgreSQL for a job, waits until it answers (for a recovery: read-only), runs `work`, and stops
/// it. When the server ends by itself before it answers, the error is "while activating instance".
[[nodiscard]] Result<> with_server(ManagerContext const& context, std::function<Task<Result<>>()> work);

}  // namespace pgdrill::sandbox::cnpg
