#include "harness/sandbox/kubelet/workloads.hpp"

#include "harness/base/scope.hpp"
#include "harness/sandbox/kubelet/claims.hpp"
#include "harness/sandbox/kubelet/cron_jobs.hpp"
#include "harness/sandbox/kubelet/endpoint_slices.hpp"
#include "harness/sandbox/kubelet/jobs.hpp"
#include "harness/sandbox/kubelet/services.hpp"

namespace pgdrill::sandbox {
namespace {

Task<> start_all(Scope& scope, Store& store, Environment environment) {
  scope.spawn("services", run_services(store, environment));
  scope.spawn("endpoint slices", run_endpoint_slices(store));
  scope.spawn("claims", run_claims(store, environment));
  scope.spawn("jobs", run_jobs(store, JobTimes{}));
  scope.spawn("cron jobs", run_cron_jobs(store));
  co_return;
}

}  // namespace

Task<> run_workloads(Store& store, Environment environment) {
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return start_all(scope, store, environment); };
  co_await with_scope(std::move(body));
}

}  // namespace pgdrill::sandbox
