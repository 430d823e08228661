// The controllers that make pods and addresses of what the API's built-in kinds ask for.
#pragma once
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// Jobs, CronJobs, Services (as TCP forwarders) and volume claims, until cancelled.
[[nodiscard]] Task<> run_workloads(Store& store, Environment environment);

}  // namespace pgdrill::sandbox
