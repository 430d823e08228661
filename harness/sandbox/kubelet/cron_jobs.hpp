// CronJobs (https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/).
#pragma once
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// Makes jobs at their times, cleans up after history limits; until cancelled. Time zones other than UTC are
/// reported by an event (UnknownTimeZone) and not run.
[[nodiscard]] Task<> run_cron_jobs(Store& store);

}  // namespace pgdrill::sandbox
