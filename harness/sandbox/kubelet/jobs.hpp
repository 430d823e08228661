// Jobs (https://kubernetes.io/docs/concepts/workloads/controllers/job/).
#pragma once
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

struct JobTimes {
  Duration first_back_off =
      std::chrono::seconds(10);  ///< before the first retry; doubled for each further one
  Duration longest_back_off = std::chrono::minutes(10);
};

/// Makes pods for jobs until they have succeeded or failed; until cancelled.
[[nodiscard]] Task<> run_jobs(Store& store, JobTimes times);

/// "Complete" or "Failed" once a job has that condition; else empty.
[[nodiscard]] std::string outcome_of_job(json::value const& job);

}  // namespace pgdrill::sandbox
