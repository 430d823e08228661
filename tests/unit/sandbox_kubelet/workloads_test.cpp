// All controllers together, and CronJobs.
#include "harness/sandbox/kubelet/workloads.hpp"

#include <gtest/gtest.h>

#include "fixture.hpp"
#include "harness/sandbox/kubelet/jobs.hpp"

namespace pgdrill::sandbox::test {
namespace {

void start_workloads(Scope& scope, Sandbox& sandbox) {
  scope.spawn("workloads", run_workloads(sandbox.store, sandbox.environment));
}

Task<> finds_services(Sandbox& sandbox) {
  EXPECT_TRUE(sandbox.store.create(kube::service_type,
                                   {{"metadata", {{"name", "orders-db"}, {"namespace", "default"}}},
                                    {"spec", {{"ports", json::array{{{"port", 5432}}}}}}}));
  EXPECT_TRUE(sandbox.store.create(
      kube::pod_type, shell_pod("client", "echo $ORDERS_DB_SERVICE_HOST:$(ORDERS_DB_SERVICE_PORT)")));
  bool const ended = co_await until_phase(sandbox.store, "client", "Succeeded");
  EXPECT_TRUE(ended);
  std::string const address =
      get_string(*sandbox.store.get(kube::service_type, "default", "orders-db"), "spec.clusterIP");
  EXPECT_FALSE(address.empty());
  EXPECT_EQ(log_of(sandbox, "client"), address + ":5432\n");
}

TEST(Workloads, GiveAPodTheAddressOfAServiceMadeJustBefore) { with_kubelet(finds_services, start_workloads); }

/// A CronJob that was last run the day before: it is due.
void make_due(Store& store, std::string const& policy, std::string const& script) {
  json::object pod = shell_pod("", script)["spec"].as_object();
  EXPECT_TRUE(
      store.create(kube::cron_job_type, {{"metadata", {{"name", "often"}, {"namespace", "default"}}},
                                         {"spec",
                                          {{"schedule", "0 * * * *"},
                                           {"suspend", true},
                                           {"concurrencyPolicy", json::string(policy)},
                                           {"jobTemplate", {{"spec", {{"template", {{"spec", pod}}}}}}}}}}));
  std::string const yesterday = format_rfc3339_seconds(wall_now() - std::chrono::days(1));
  EXPECT_TRUE(store.modify(kube::cron_job_type, "default", "often", true, [&](kube::Object& object) {
    set(object, "status.lastScheduleTime", json::string(yesterday));
  }));
  EXPECT_TRUE(store.modify(kube::cron_job_type, "default", "often", false,
                           [](kube::Object& object) { set(object, "spec.suspend", false); }));
}

Task<> makes_one_job(Sandbox& sandbox) {
  make_due(sandbox.store, "Allow", "true");
  std::function<bool()> const seen = [&] { return has_event(sandbox.store, "often", "SawCompletedJob"); };
  bool const completed = co_await until(sandbox.store, seen);
  EXPECT_TRUE(completed);
  // Of the many times that were missed only the latest one counts.
  auto const jobs = sandbox.store.list(kube::job_type, "default");
  EXPECT_EQ(jobs.size(), 1U);
  EXPECT_EQ(outcome_of_job(jobs.at(0)), "Complete");
  json::value const cron_job = *sandbox.store.get(kube::cron_job_type, "default", "often");
  EXPECT_FALSE(get_string(cron_job, "status.lastSuccessfulTime").empty());
  EXPECT_EQ(find(cron_job, "status.active"), nullptr);
}

TEST(CronJob, MakesOneJobForItsLatestTime) { with_kubelet(makes_one_job, start_workloads); }

Task<> forbids_another(Sandbox& sandbox) {
  make_due(sandbox.store, "Forbid", "sleep 1000");
  std::function<bool()> const active = [&] {
    return find(*sandbox.store.get(kube::cron_job_type, "default", "often"), "status.active") != nullptr;
  };
  bool const running = co_await until(sandbox.store, active);
  EXPECT_TRUE(running);
  std::string const yesterday = format_rfc3339_seconds(wall_now() - std::chrono::days(1));
  EXPECT_TRUE(sandbox.store.modify(kube::cron_job_type, "default", "often", true, [&](kube::Object& object) {
    set(object, "status.lastScheduleTime", json::string(yesterday));
  }));
  std::function<bool()> const refused = [&] { return has_event(sandbox.store, "often", "JobAlreadyActive"); };
  bool const told = co_await until(sandbox.store, refused);
  EXPECT_TRUE(told);
}

TEST(CronJob, HonoursForbid) { with_kubelet(forbids_another, start_workloads); }

}  // namespace
}  // namespace pgdrill::sandbox::test
