// Jobs with real pods.
#include <gtest/gtest.h>

#include "fixture.hpp"
#include "harness/sandbox/kubelet/jobs.hpp"

namespace pgdrill::sandbox::test {
namespace {

void start_jobs(Scope& scope, Sandbox& sandbox) {
  JobTimes times;
  times.first_back_off = std::chrono::milliseconds(1);
  scope.spawn("jobs", run_jobs(sandbox.store, times));
}

json::object shell_job(std::string const& name, std::string const& script, json::object spec = {}) {
  json::object pod = shell_pod("", script)["spec"].as_object();
  spec["template"] = {{"spec", std::move(pod)}};
  return {{"metadata", {{"name", name}, {"namespace", "default"}}}, {"spec", std::move(spec)}};
}

json::value job_named(Store const& store, std::string const& name) {
  auto const job = store.get(kube::job_type, "default", name);
  return job ? *job : json::value();
}

Task<bool> until_outcome(Store& store, std::string name, std::string outcome) {
  std::function<bool()> const reached = [&] { return outcome_of_job(job_named(store, name)) == outcome; };
  bool const met = co_await until(store, reached);
  co_return met;
}

Task<> completes(Sandbox& sandbox) {
  EXPECT_TRUE(sandbox.store.create(kube::job_type, shell_job("once", "echo done")));
  bool const ended = co_await until_outcome(sandbox.store, "once", "Complete");
  EXPECT_TRUE(ended);
  json::value const job = job_named(sandbox.store, "once");
  EXPECT_EQ(get_int(job, "status.succeeded"), 1);
  EXPECT_EQ(find(job, "status.active"), nullptr);
  EXPECT_FALSE(get_string(job, "status.completionTime").empty());
  EXPECT_NE(kube::condition_of(job, "SuccessCriteriaMet"), nullptr);
  auto const pods = sandbox.store.list(kube::pod_type, "default", "job-name=once");
  EXPECT_EQ(pods.size(), 1U);
  EXPECT_EQ(kube::label_of(pods.at(0), "batch.kubernetes.io/controller-uid"), kube::uid_of(job));
  EXPECT_TRUE(has_event(sandbox.store, "once", "SuccessfulCreate"));
  EXPECT_TRUE(has_event(sandbox.store, "once", "Completed"));
}

TEST(Job, Completes) { with_kubelet(completes, start_jobs); }

// The first try fails; the second finds its mark in the sandbox's directory.
Task<> retries(Sandbox& sandbox) {
  std::string const script =
      "test -e $PGDRILL_SANDBOX_DIR/seen && exit 0; touch $PGDRILL_SANDBOX_DIR/seen; exit 1";
  EXPECT_TRUE(sandbox.store.create(kube::job_type, shell_job("stubborn", script)));
  bool const ended = co_await until_outcome(sandbox.store, "stubborn", "Complete");
  EXPECT_TRUE(ended);
  EXPECT_EQ(get_int(job_named(sandbox.store, "stubborn"), "status.failed"), 1);
}

TEST(Job, TriesAgain) { with_kubelet(retries, start_jobs); }

Task<> gives_up(Sandbox& sandbox) {
  EXPECT_TRUE(sandbox.store.create(kube::job_type, shell_job("hopeless", "exit 1", {{"backoffLimit", 2}})));
  bool const ended = co_await until_outcome(sandbox.store, "hopeless", "Failed");
  EXPECT_TRUE(ended);
  json::value const job = job_named(sandbox.store, "hopeless");
  EXPECT_EQ(get_string(*kube::condition_of(job, "Failed"), "reason"), "BackoffLimitExceeded");
  EXPECT_EQ(get_string(*kube::condition_of(job, "FailureTarget"), "status"), "True");
  EXPECT_EQ(get_int(job, "status.failed"), 3);
  EXPECT_EQ(sandbox.store.list(kube::pod_type, "default", "job-name=hopeless").size(), 3U);
}

TEST(Job, GivesUpAfterItsLimit) { with_kubelet(gives_up, start_jobs); }

Task<> loses_its_pod(Sandbox& sandbox) {
  EXPECT_TRUE(sandbox.store.create(kube::job_type, shell_job("robbed", "sleep 1000", {{"backoffLimit", 0}})));
  std::function<bool()> const active = [&] {
    return get_int(job_named(sandbox.store, "robbed"), "status.ready") == 1;
  };
  bool const running = co_await until(sandbox.store, active);
  EXPECT_TRUE(running);
  std::string const pod =
      kube::name_of(sandbox.store.list(kube::pod_type, "default", "job-name=robbed").at(0));
  EXPECT_TRUE(sandbox.store.remove(kube::pod_type, "default", pod, 0));
  bool const ended = co_await until_outcome(sandbox.store, "robbed", "Failed");
  EXPECT_TRUE(ended);
}

TEST(Job, CountsADeletedPodAsFailed) { with_kubelet(loses_its_pod, start_jobs); }

Task<> is_suspended(Sandbox& sandbox) {
  EXPECT_TRUE(sandbox.store.create(kube::job_type, shell_job("later", "true", {{"suspend", true}})));
  std::function<bool()> const suspended = [&] {
    return kube::condition_of(job_named(sandbox.store, "later"), "Suspended") != nullptr;
  };
  bool const waits = co_await until(sandbox.store, suspended);
  EXPECT_TRUE(waits);
  EXPECT_TRUE(sandbox.store.list(kube::pod_type, "default", "job-name=later").empty());
  EXPECT_TRUE(sandbox.store.modify(kube::job_type, "default", "later", false,
                                   [](kube::Object& job) { set(job, "spec.suspend", false); }));
  bool const ended = co_await until_outcome(sandbox.store, "later", "Complete");
  EXPECT_TRUE(ended);
}

TEST(Job, WaitsWhileSuspended) { with_kubelet(is_suspended, start_jobs); }

Task<> expires(Sandbox& sandbox) {
  EXPECT_TRUE(
      sandbox.store.create(kube::job_type, shell_job("brief", "true", {{"ttlSecondsAfterFinished", 0}})));
  std::function<bool()> const gone = [&] {
    return job_named(sandbox.store, "brief").is_null() && has_event(sandbox.store, "brief", "Completed");
  };
  bool const removed = co_await until(sandbox.store, gone);
  EXPECT_TRUE(removed);
  std::function<bool()> const pods_gone = [&] {
    return sandbox.store.list(kube::pod_type, "default", "job-name=brief").empty();
  };
  bool const collected = co_await until(sandbox.store, pods_gone);
  EXPECT_TRUE(collected);
}

TEST(Job, IsRemovedAfterItsTime) { with_kubelet(expires, start_jobs); }

}  // namespace
}  // namespace pgdrill::sandbox::test
