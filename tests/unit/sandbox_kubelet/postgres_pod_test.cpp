// A pod with a real PostgreSQL server, run as another user: what it leaves behind when it is killed.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "fixture.hpp"
#include "harness/sandbox/kubelet/process_table.hpp"

namespace pgdrill::sandbox::test {
namespace {

bool can_run() { return ::geteuid() == 0 && std::filesystem::exists("/usr/lib/postgresql/15/bin/postgres"); }

json::object postgres_pod() {
  std::string const script =
      "echo $$$$ >main; id -un; initdb -D /data/pgdata -A trust >/dev/null && "
      "postgres -D /data/pgdata -c listen_addresses= -k $(PGDRILL_SANDBOX_RUN); exit 5";
  json::object const probe{
      {"exec", {{"command", json::array{"sh", "-c", "pg_isready -h $PGDRILL_SANDBOX_RUN"}}}},
      {"periodSeconds", 1},
      {"timeoutSeconds", 5}};
  json::object spec{{"volumes", json::array{{{"name", "data"}, {"emptyDir", json::object()}}}}};
  json::object container{{"volumeMounts", json::array{{{"name", "data"}, {"mountPath", "/data"}}}},
                         {"readinessProbe", probe}};
  return shell_pod("db", script, spec, container);
}

std::vector<pid_t> servers_of(Sandbox& sandbox) {
  std::string const directory = sandbox.environment.directory.string();
  std::vector<pid_t> servers;
  for (auto const& process : running_processes()) {
    bool const here = working_directory(process.pid).string().starts_with(directory);
    if (here && command_name(process.pid) == "postgres") servers.push_back(process.pid);
  }
  return servers;
}

/// Makes the pod and waits until its server answers.
Task<> start_server(Sandbox& sandbox) {
  EXPECT_TRUE(sandbox.store.create(kube::pod_type, postgres_pod()));
  std::function<bool()> const ready = [&] { return get_bool(container_of(sandbox.store, "db"), "ready"); };
  bool const up = co_await until(sandbox.store, ready);
  EXPECT_TRUE(up) << log_of(sandbox, "db");
}

/// A process that was killed is there until its parent has heard of it.
Task<> until_servers_are_gone(Sandbox& sandbox) {
  auto const gone = [&sandbox]() -> Task<Result<>> {
    while (!servers_of(sandbox).empty()) co_await sleep_for(std::chrono::milliseconds(10));
    co_return Result<>();
  };
  Result<> const none = co_await with_deadline(gone(), std::chrono::seconds(10), "the servers");
  EXPECT_TRUE(none) << servers_of(sandbox).size() << " are left";
}

Task<> kills_all(Sandbox& sandbox) {
  co_await start_server(sandbox);
  EXPECT_TRUE(log_of(sandbox, "db").starts_with("postgres\n")) << log_of(sandbox, "db");
  // The postmaster and the sessions that its children have of their own.
  EXPECT_GT(servers_of(sandbox).size(), 3U);
  std::string const text = read_file(sandbox.kubelet.pod_directory("default", "db") / "main").value_or("");
  pid_t shell = 0;
  std::from_chars(text.data(), text.data() + text.size(), shell);
  EXPECT_GT(shell, 1);
  if (shell > 1) ::kill(shell, SIGKILL);
  bool const ended = co_await until_phase(sandbox.store, "db", "Failed");
  EXPECT_TRUE(ended);
  EXPECT_EQ(get_int(container_of(sandbox.store, "db"), "state.terminated.exitCode"), 137);
  co_await until_servers_are_gone(sandbox);
}

/// System V segments that one of these processes made: by /proc/sysvipc/shm, its id and its maker's.
std::vector<long> segments_of(std::vector<pid_t> const& makers) {
  std::vector<long> segments;
  std::ifstream file("/proc/sysvipc/shm");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string key;
    std::string rights;
    long id = 0;
    long size = 0;
    pid_t maker = 0;
    fields >> key >> id >> rights >> size >> maker;
    if (std::find(makers.begin(), makers.end(), maker) != makers.end()) segments.push_back(id);
  }
  return segments;
}

Task<> deletes_at_once(Sandbox& sandbox) {
  co_await start_server(sandbox);
  std::vector<pid_t> const servers = servers_of(sandbox);
  EXPECT_EQ(segments_of(servers).size(), 1U);
  EXPECT_TRUE(sandbox.store.remove(kube::pod_type, "default", "db", 0));
  co_await until_servers_are_gone(sandbox);
  EXPECT_EQ(segments_of(servers).size(), 0U);
}

TEST(PostgresPod, LeavesNoProcessWhenItsMainProcessIsKilled) {
  if (!can_run()) GTEST_SKIP() << "needs root and PostgreSQL 15";
  with_kubelet_as("postgres", kills_all);
}

TEST(PostgresPod, LeavesNoSharedMemoryWhenItIsDeletedAtOnce) {
  if (!can_run()) GTEST_SKIP() << "needs root and PostgreSQL 15";
  with_kubelet_as("postgres", deletes_at_once);
}

}  // namespace
}  // namespace pgdrill::sandbox::test
