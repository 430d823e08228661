// The real binary, driven by the real kubectl.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <fstream>

#include "harness/base/files.hpp"
#include "harness/base/process.hpp"
#include "harness/base/text.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill {
namespace {

constexpr auto limit = std::chrono::seconds(20);

struct Sandbox {
  std::filesystem::path directory;
  std::unique_ptr<Process> process;
};

Task<Result<ProcessOutput>> kubectl(Sandbox const& sandbox, std::vector<std::string> arguments,
                                    std::string input = "") {
  std::vector<std::string> command{"kubectl", "--kubeconfig", (sandbox.directory / "kubeconfig").string(),
                                   "--cache-dir", (sandbox.directory / "cache").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  co_return co_await run_process({.command = command, .input = std::move(input), .deadline = limit});
}

Task<std::string> output_of(Sandbox const& sandbox, std::vector<std::string> arguments,
                            std::string input = "") {
  std::string const said = join(arguments, " ");
  auto const output = co_await kubectl(sandbox, std::move(arguments), std::move(input));
  if (!output) co_return describe(output.error());
  EXPECT_EQ(output->exit_code, 0) << said << "\n" << output->err;
  co_return output->out;
}

Task<Sandbox> start(std::filesystem::path directory) {
  auto process =
      Process::spawn(co_await asio::this_coro::executor,
                     {.command = {PGDRILL_BINARY, "sandbox", "up", "--empty", "--dir", directory.string()}});
  Sandbox sandbox{.directory = directory, .process = *std::move(process)};
  std::string said;
  while (said.find("ready\n") == std::string::npos) {
    std::array<char, 512> buffer{};
    auto const count = co_await sandbox.process->out().read_some(buffer);
    if (!count || *count == 0) break;
    said.append(buffer.data(), *count);
  }
  EXPECT_NE(said.find((directory / "kubeconfig").string()), std::string::npos) << said;
  co_return sandbox;
}

std::string const pod = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {name: main, image: registry.local/any, command: [sh, -c, "echo hello; exec sleep 1000"]}
)";

Task<> drive_objects(Sandbox const& sandbox) {
  std::string const map =
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"a":"1"}})";
  std::string const created = co_await output_of(sandbox, {"apply", "-f", "-"}, map);
  EXPECT_EQ(created, "configmap/m created\n");
  std::string const unchanged = co_await output_of(sandbox, {"apply", "-f", "-"}, map);
  EXPECT_EQ(unchanged, "configmap/m unchanged\n");
  (void)co_await output_of(sandbox,
                           {"patch", "configmap", "m", "--type", "merge", "-p", R"({"data":{"b":"2"}})"});
  (void)co_await output_of(sandbox, {"label", "configmap", "m", "tier=test"});
  (void)co_await output_of(sandbox, {"annotate", "configmap", "m", "note=here"});
  std::string const data =
      co_await output_of(sandbox, {"get", "configmap", "-l", "tier=test", "-o", "jsonpath={.items[*].data}"});
  EXPECT_EQ(data, R"({"a":"1","b":"2"})");
  std::string const applied =
      co_await output_of(sandbox, {"apply", "--server-side", "--force-conflicts", "-f", "-"}, map);
  EXPECT_EQ(applied, "configmap/m serverside-applied\n");
  // As `apply` of kubectl 1.25 and later asks; older ones do not.
  auto const unknown = co_await kubectl(
      sandbox, {"create", "--raw", "/api/v1/namespaces/default/configmaps?fieldValidation=Strict", "-f", "-"},
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"n"},"dataa":{}})");
  EXPECT_NE(unknown->exit_code, 0);
  EXPECT_NE(unknown->err.find("unknown field \"dataa\""), std::string::npos) << unknown->err;
  std::string const clusters = co_await output_of(sandbox, {"get", "clusters.postgresql.cnpg.io", "-A"});
  EXPECT_EQ(clusters, "");
  (void)co_await output_of(sandbox, {"delete", "configmap", "m"});
  auto const gone = co_await kubectl(sandbox, {"get", "configmap", "m"});
  EXPECT_NE(gone->err.find("(NotFound)"), std::string::npos) << gone->err;
}

Task<> drive_pod(Sandbox const& sandbox) {
  (void)co_await output_of(sandbox, {"apply", "-f", "-"}, pod);
  std::string const met =
      co_await output_of(sandbox, {"wait", "pod/web", "--for=condition=Ready", "--timeout=15s"});
  EXPECT_EQ(met, "pod/web condition met\n");
  std::string const rows = co_await output_of(sandbox, {"get", "pods"});
  EXPECT_NE(rows.find("1/1"), std::string::npos) << rows;
  std::string const description = co_await output_of(sandbox, {"describe", "pod", "web"});
  EXPECT_NE(description.find("Started container main"), std::string::npos) << description;
  std::string const log = co_await output_of(sandbox, {"logs", "web"});
  EXPECT_EQ(log, "hello\n");
  auto const executed = co_await kubectl(
      sandbox, {"exec", "-i", "web", "--", "sh", "-c", "cat; echo err >&2; exit 3"}, "through");
  EXPECT_EQ(executed->exit_code, 3);
  EXPECT_EQ(executed->out, "through");
  (void)co_await output_of(sandbox, {"delete", "pod", "web"});
}

Task<> whole() {
  auto const directory = make_temporary_directory();
  // Pods run as another user when we are root.
  ::chmod(directory->c_str(), 0755);
  Sandbox sandbox = co_await start(*directory);
  struct stat status{};
  EXPECT_EQ(::stat((*directory / "kubeconfig").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U) << "it holds a token";
  co_await drive_objects(sandbox);
  co_await drive_pod(sandbox);
  sandbox.process->signal(SIGTERM);
  int const code = co_await sandbox.process->wait();
  EXPECT_EQ(code, 0);
  EXPECT_FALSE(std::filesystem::exists(*directory / "kubeconfig"));
  EXPECT_FALSE(std::filesystem::exists(*directory / "pods"));
  std::filesystem::remove_all(*directory);
}

TEST(Kubectl, WorksAgainstTheSandbox) { run_to_end(whole()); }

Task<> killed() {
  auto const directory = make_temporary_directory();
  ::chmod(directory->c_str(), 0755);
  Sandbox sandbox = co_await start(*directory);
  (void)co_await output_of(sandbox, {"apply", "-f", "-"}, pod);
  (void)co_await output_of(sandbox, {"wait", "pod/web", "--for=condition=Ready", "--timeout=15s"});
  sandbox.process->signal(SIGKILL);
  (void)co_await sandbox.process->wait();
  Sandbox again = co_await start(*directory);
  std::string const pods = co_await output_of(again, {"get", "pods", "-o", "name"});
  EXPECT_EQ(pods, "") << "each sandbox starts from nothing";
  auto const down =
      co_await run_process({.command = {PGDRILL_BINARY, "sandbox", "down", "--dir", directory->string()}});
  EXPECT_EQ(down->exit_code, 0) << down->err;
  EXPECT_FALSE(again.process->running());
  std::filesystem::remove_all(*directory);
}

TEST(Kubectl, ASandboxStartsWhereAnotherWasKilled) { run_to_end(killed()); }

TEST(Kubectl, ASandboxTellsItsStackAndGoesOn) {
  test::Sandbox const sandbox(true);
  std::string const state = sandbox.state_of_process();
  std::size_t const start = state.find("stack of the thread that got SIGQUIT:\n");
  ASSERT_NE(start, std::string::npos) << state;
  EXPECT_NE(state.find("/pgdrill(+0x", start), std::string::npos) << state;
  EXPECT_EQ(sandbox.kubectl({"get", "namespaces"}).exit_code, 0);
}

}  // namespace
}  // namespace pgdrill
