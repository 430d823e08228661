// Pods with real processes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include "fixture.hpp"
#include "harness/sandbox/kubelet/process_table.hpp"

namespace pgdrill::sandbox::test {
namespace {

using testing::HasSubstr;

Task<> succeeds(Sandbox& sandbox) {
  EXPECT_TRUE(sandbox.store.create(kube::pod_type, shell_pod("fine", "echo out; echo err >&2")));
  bool const ended = co_await until_phase(sandbox.store, "fine", "Succeeded");
  EXPECT_TRUE(ended);
  json::value const pod = pod_of(sandbox.store, "fine");
  EXPECT_EQ(get_string(*kube::condition_of(pod, "Ready"), "reason"), "PodCompleted");
  EXPECT_EQ(get_string(*kube::condition_of(pod, "PodScheduled"), "status"), "True");
  EXPECT_TRUE(get_string(pod, "status.podIP").starts_with(sandbox.environment.network + "."));
  json::value const container = container_of(sandbox.store, "fine");
  EXPECT_EQ(get_int(container, "state.terminated.exitCode", -1), 0);
  EXPECT_EQ(get_string(container, "state.terminated.reason"), "Completed");
  EXPECT_EQ(log_of(sandbox, "fine"), "out\nerr\n");
}

TEST(Pod, RunsToSucceeded) { with_kubelet(succeeds); }

Task<> fails(Sandbox& sandbox) {
  EXPECT_TRUE(sandbox.store.create(kube::pod_type, shell_pod("bad", "exit 3")));
  bool const ended = co_await until_phase(sandbox.store, "bad", "Failed");
  EXPECT_TRUE(ended);
  json::value const container = container_of(sandbox.store, "bad");
  EXPECT_EQ(get_int(container, "state.terminated.exitCode"), 3);
  EXPECT_EQ(get_string(container, "state.terminated.reason"), "Error");
  EXPECT_EQ(get_int(container, "restartCount"), 0);
}

TEST(Pod, FailsWithTheExitCode) { with_kubelet(fails); }

Task<> restarts(Sandbox& sandbox) {
  json::object spec{{"restartPolicy", "OnFailure"}};
  EXPECT_TRUE(sandbox.store.create(
      kube::pod_type, shell_pod("again", "test -e seen && exit 0; touch seen; echo first; exit 1", spec)));
  bool const ended = co_await until_phase(sandbox.store, "again", "Succeeded");
  EXPECT_TRUE(ended);
  json::value const container = container_of(sandbox.store, "again");
  EXPECT_EQ(get_int(container, "restartCount"), 1);
  EXPECT_EQ(get_int(container, "lastState.terminated.exitCode"), 1);
  auto const previous = sandbox.kubelet.log_file("default", "again", "main", true);
  EXPECT_TRUE(previous);
  EXPECT_EQ(read_file(*previous).value_or(""), "first\n");
}

TEST(Pod, IsRestartedByPolicy) { with_kubelet(restarts); }

Task<> is_killed_from_outside(Sandbox& sandbox) {
  EXPECT_TRUE(sandbox.store.create(kube::pod_type, shell_pod("victim", "echo $$$$ >pid; sleep 1000; true")));
  std::filesystem::path const pid_file = sandbox.kubelet.pod_directory("default", "victim") / "pid";
  std::function<bool()> const ready = [&] {
    return get_bool(container_of(sandbox.store, "victim"), "ready");
  };
  bool const running = co_await until(sandbox.store, ready);
  EXPECT_TRUE(running);
  std::string pid;
  while (pid.empty()) {
    pid = read_file(pid_file).value_or("");
    co_await sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(std::stoi(pid), SIGKILL);
  bool const ended = co_await until_phase(sandbox.store, "victim", "Failed");
  EXPECT_TRUE(ended);
  EXPECT_EQ(get_int(container_of(sandbox.store, "victim"), "state.terminated.exitCode"), 137);
  for (auto const& process : running_processes()) {
    EXPECT_FALSE(has_variable(process.pid, "PGDRILL_SANDBOX_DIR=" + sandbox.environment.directory.string()))
        << command_name(process.pid) << " outlives its container";
  }
}

TEST(Pod, SeesThatItsProcessWasKilledAndEndsTheOthers) { with_kubelet(is_killed_from_outside); }

// The process says that it heard the signal, then ends by itself.
Task<> is_deleted_gracefully(Sandbox& sandbox) {
  std::string const script = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done";
  EXPECT_TRUE(sandbox.store.create(kube::pod_type, shell_pod("polite", script)));
  while (log_of(sandbox, "polite") != "up\n") co_await sleep_for(std::chrono::milliseconds(1));
  auto const log = sandbox.kubelet.log_file("default", "polite", "main", false);
  auto const directory = sandbox.kubelet.pod_directory("default", "polite");
  EXPECT_TRUE(std::filesystem::exists(directory));
  EXPECT_TRUE(sandbox.store.remove(kube::pod_type, "default", "polite"));
  EXPECT_FALSE(pod_of(sandbox.store, "polite").is_null());
  std::function<bool()> const gone = [&] { return pod_of(sandbox.store, "polite").is_null(); };
  bool const ended = co_await until(sandbox.store, gone);
  EXPECT_TRUE(ended);
  EXPECT_EQ(read_file(*log).value_or(""), "up\nbye\n");
  EXPECT_FALSE(std::filesystem::exists(directory));
  EXPECT_TRUE(has_event(sandbox.store, "polite", "Killing"));
}

TEST(Pod, GetsItsGracePeriod) { with_kubelet(is_deleted_gracefully); }

Task<> is_deaf(Sandbox& sandbox) {
  std::string const script = "trap '' TERM; echo up; while :; do sleep 0.01; done";
  EXPECT_TRUE(sandbox.store.create(kube::pod_type, shell_pod("deaf", script)));
  while (log_of(sandbox, "deaf") != "up\n") co_await sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(sandbox.store.remove(kube::pod_type, "default", "deaf", 1));
  std::function<bool()> const gone = [&] { return pod_of(sandbox.store, "deaf").is_null(); };
  bool const ended = co_await until(sandbox.store, gone);
  EXPECT_TRUE(ended);
}

TEST(Pod, IsKilledAfterItsGracePeriod) { with_kubelet(is_deaf); }

Task<> initializes_in_order(Sandbox& sandbox) {
  json::object spec{
      {"initContainers",
       json::array{{{"name", "one"}, {"command", json::array{"sh", "-c", "echo one >>order"}}},
                   {{"name", "two"}, {"command", json::array{"sh", "-c", "echo two >>order"}}}}}};
  EXPECT_TRUE(sandbox.store.create(kube::pod_type, shell_pod("ordered", "cat order", spec)));
  bool const ended = co_await until_phase(sandbox.store, "ordered", "Succeeded");
  EXPECT_TRUE(ended);
  EXPECT_EQ(log_of(sandbox, "ordered"), "one\ntwo\n");
}

TEST(Pod, RunsInitContainersInOrder) { with_kubelet(initializes_in_order); }

Task<> init_fails(Sandbox& sandbox) {
  json::object spec{
      {"initContainers", json::array{{{"name", "one"}, {"command", json::array{"sh", "-c", "exit 9"}}}}}};
  EXPECT_TRUE(sandbox.store.create(kube::pod_type, shell_pod("stuck", "echo never", spec)));
  bool const ended = co_await until_phase(sandbox.store, "stuck", "Failed");
  EXPECT_TRUE(ended);
  json::value const pod = pod_of(sandbox.store, "stuck");
  EXPECT_EQ(get_string(*kube::condition_of(pod, "Initialized"), "status"), "False");
  EXPECT_NE(find(container_of(sandbox.store, "stuck"), "state.waiting"), nullptr);
}

TEST(Pod, FailsWhenAnInitContainerFails) { with_kubelet(init_fails); }

Task<> becomes_ready(Sandbox& sandbox) {
  json::object const probe{{"exec", {{"command", json::array{"test", "-e", "ready"}}}}, {"periodSeconds", 1}};
  EXPECT_TRUE(sandbox.store.create(kube::pod_type,
                                   shell_pod("probed", "sleep 1000", {}, {{"readinessProbe", probe}})));
  std::function<bool()> const unready = [&] { return has_event(sandbox.store, "probed", "Unhealthy"); };
  bool const failed = co_await until(sandbox.store, unready);
  EXPECT_TRUE(failed);
  EXPECT_EQ(get_string(*kube::condition_of(pod_of(sandbox.store, "probed"), "Ready"), "status"), "False");
  EXPECT_TRUE(write_file_atomically(sandbox.kubelet.pod_directory("default", "probed") / "ready", ""));
  std::function<bool()> const ready = [&] {
    auto const pod = pod_of(sandbox.store, "probed");
    auto const* condition = kube::condition_of(pod, "Ready");
    return condition != nullptr && get_string(*condition, "status") == "True";
  };
  bool const passed = co_await until(sandbox.store, ready);
  EXPECT_TRUE(passed);
}

TEST(Pod, IsReadyWhenItsProbePasses) { with_kubelet(becomes_ready); }

Task<> waits_for_its_claim(Sandbox& sandbox) {
  json::object spec{
      {"volumes", json::array{{{"name", "data"}, {"persistentVolumeClaim", {{"claimName", "disk"}}}}}}};
  json::object container{{"volumeMounts", json::array{{{"name", "data"}, {"mountPath", "/data"}}}}};
  EXPECT_TRUE(
      sandbox.store.create(kube::pod_type, shell_pod("keeper", "echo kept >/data/file", spec, container)));
  std::function<bool()> const waits = [&] { return has_event(sandbox.store, "keeper", "FailedScheduling"); };
  bool const pending = co_await until(sandbox.store, waits);
  EXPECT_TRUE(pending);
  EXPECT_EQ(get_string(pod_of(sandbox.store, "keeper"), "status.phase"), "Pending");
  EXPECT_TRUE(sandbox.store.create(kube::volume_claim_type,
                                   {{"metadata", {{"name", "disk"}, {"namespace", "default"}}},
                                    {"spec", {{"accessModes", json::array{"ReadWriteOnce"}}}}}));
  bool const ended = co_await until_phase(sandbox.store, "keeper", "Succeeded");
  EXPECT_TRUE(ended);
  EXPECT_EQ(read_file(sandbox.kubelet.claim_directory("default", "disk") / "file").value_or(""), "kept\n");
}

TEST(Pod, WaitsForItsClaim) { with_kubelet(waits_for_its_claim); }

Task<> is_too_slow(Sandbox& sandbox) {
  EXPECT_TRUE(sandbox.store.create(
      kube::pod_type,
      shell_pod("slow", "sleep 1000", {{"activeDeadlineSeconds", 1}, {"terminationGracePeriodSeconds", 1}})));
  bool const ended = co_await until_phase(sandbox.store, "slow", "Failed");
  EXPECT_TRUE(ended);
  EXPECT_EQ(get_string(pod_of(sandbox.store, "slow"), "status.reason"), "DeadlineExceeded");
}

TEST(Pod, FailsAtItsDeadline) { with_kubelet(is_too_slow); }

Task<> runs_commands(Sandbox& sandbox) {
  json::object container{{"env", json::array{{{"name", "COLOUR"}, {"value", "green"}}}}};
  EXPECT_TRUE(sandbox.store.create(kube::pod_type, shell_pod("open", "sleep 1000", {}, container)));
  std::function<bool()> const running = [&] {
    return sandbox.kubelet.container_running("default", "open", "main");
  };
  bool const up = co_await until(sandbox.store, running);
  EXPECT_TRUE(up);
  auto process = sandbox.kubelet.exec("default", "open", "", {"sh", "-c", "echo $COLOUR; exit 7"});
  EXPECT_TRUE(process);
  auto const output = co_await read_all((*process)->out());
  int const exit_code = co_await (*process)->wait();
  EXPECT_EQ(output.value_or(""), "green\n");
  EXPECT_EQ(exit_code, 7);
  EXPECT_EQ(sandbox.kubelet.exec("default", "open", "other", {"true"}).error().status, 400);
  EXPECT_EQ(sandbox.kubelet.exec("default", "nobody", "", {"true"}).error().kind, ErrorKind::not_found);
}

TEST(Pod, TakesCommands) { with_kubelet(runs_commands); }

}  // namespace
}  // namespace pgdrill::sandbox::test
