// What runs inside the sandbox's PostgreSQL pods: the stand-in for CNPG's instance manager. In a pod's spec
// it is called /controller/manager, as in CNPG; the kubelet starts `pgdrill sandbox manager ARGUMENTS`.
#pragma once
#include <string>
#include <vector>

namespace pgdrill::sandbox {

/// Runs a manager command ("instance init|join|restore|run", "backup", "wal-archive", "wal-restore") and
/// returns the process's exit code. Logs JSON lines on stdout in the shape of CNPG's.
int manager_main(std::vector<std::string> const& arguments);

}  // namespace pgdrill::sandbox
