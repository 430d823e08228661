#include "tests/e2e/kube_support.hpp"

#include <cstdlib>
#include <random>

#include "harness/base/process.hpp"
#include "harness/base/text.hpp"
#include "tests/support/time_limit.hpp"

namespace pgdrill::kube {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Task<> in_own_namespace(Body body, Duration deadline) {
  Result<Access> access = co_await resolve_access({.kubeconfig = setting("PGDRILL_TEST_KUBECONFIG", "")});
  if (!access) {
    ADD_FAILURE() << ::pgdrill::describe(access.error());
    co_return;
  }
  std::shared_ptr<Client> const client =
      Client::create(co_await asio::this_coro::executor, std::move(*access), deadline);
  std::string const ns = "pgdrill-test-" + random_suffix(6);
  Result<json::value> const made =
      co_await client->create(namespace_type, "", {{"metadata", {{"name", ns}}}});
  EXPECT_TRUE(ok(made));
  if (!made) co_return;
  co_await body(client, ns);
  Result<> const removed = co_await client->remove({namespace_type, "", ns});
  EXPECT_TRUE(ok(removed));
}

Object shell_pod(std::string const& name, std::string const& script, std::string const& app) {
  json::object container{{"name", "main"},
                         {"image", setting("PGDRILL_TEST_IMAGE", "registry.local/postgresql:15")},
                         {"imagePullPolicy", "IfNotPresent"},
                         {"command", {"sh", "-c", script}},
                         {"env", json::array{{{"name", "SCRATCH"}, {"value", "/scratch/data"}}}},
                         {"volumeMounts", json::array{{{"name", "scratch"}, {"mountPath", "/scratch"}}}}};
  return {{"metadata", {{"name", name}, {"labels", {{"app", app}}}}},
          {"spec",
           {{"terminationGracePeriodSeconds", 0},
            {"restartPolicy", "Never"},
            {"volumes", json::array{{{"name", "scratch"}, {"emptyDir", json::object()}}}},
            {"containers", json::array{std::move(container)}}}}};
}

bool is_running(json::value const* pod) {
  if (pod == nullptr) return false;
  json::value const* const ready = condition_of(*pod, "Ready");
  return ready != nullptr && get_string(*ready, "status") == "True";
}

}  // namespace

std::string setting(char const* name, char const* otherwise) {
  char const* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

void run_in_own_namespace(Body body, Duration deadline) { run_to_end(in_own_namespace(body, deadline)); }

void KubeClient::SetUp() {
  if (setting("PGDRILL_TEST_KUBECONFIG", "").empty()) {
    GTEST_SKIP() << "no API server to test against: PGDRILL_TEST_KUBECONFIG is not set";
  }
  if (test::time_is_over()) GTEST_SKIP() << test::time_over;
}

void RestartedApiServer::SetUp() {
  KubeClient::SetUp();
  if (IsSkipped()) return;
  if (setting("PGDRILL_TEST_RESTART_APISERVER", "").empty()) {
    GTEST_SKIP() << "the API server cannot be started anew: PGDRILL_TEST_RESTART_APISERVER is not set";
  }
}

Task<> restart_api_server() {
  std::string const script = setting("PGDRILL_TEST_COMPACT_ETCD", "true") + " && " +
                             setting("PGDRILL_TEST_RESTART_APISERVER", "false");
  ProcessOptions options;
  options.command = {"sh", "-c", script};
  options.deadline = std::chrono::minutes(2);
  Result<ProcessOutput> const output = co_await run_process(std::move(options));
  EXPECT_TRUE(ok(output));
  if (output) EXPECT_EQ(output->exit_code, 0) << output->out << output->err;
  Result<Access> access = co_await resolve_access({.kubeconfig = setting("PGDRILL_TEST_KUBECONFIG", "")});
  std::shared_ptr<Client> const client =
      Client::create(co_await asio::this_coro::executor, std::move(*access), seconds(5));
  Monotonic const end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  ObjectRef const known{namespace_type, "", "default"};
  Result<json::value> there = co_await client->get(known);
  while (!there && std::chrono::steady_clock::now() < end) {
    co_await sleep_for(milliseconds(200));
    there = co_await client->get(known);
  }
  EXPECT_TRUE(ok(there));
}

Object config_map(std::string const& name, std::string const& value) {
  return {{"metadata", {{"name", name}, {"labels", {{"made-by", "test"}}}}}, {"data", {{"key", value}}}};
}

Task<bool> start_pod(Client& client, std::string ns, std::string name, std::string script, std::string app) {
  Result<json::value> made = co_await client.create(pod_type, ns, shell_pod(name, script, app));
  // The service account of a new namespace comes a moment later; after a start of the API server it takes
  // longer, until the controllers have come back to it.
  Monotonic const end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!made && made.error().kind == ErrorKind::refused && std::chrono::steady_clock::now() < end) {
    co_await sleep_for(milliseconds(200));
    made = co_await client.create(pod_type, ns, shell_pod(name, script, app));
  }
  EXPECT_TRUE(ok(made));
  if (!made) co_return false;
  ObjectRef const ref{pod_type, ns, name};
  Result<json::value> const running =
      co_await wait_for(client, ref, is_running, seconds(90), "the pod is not ready");
  EXPECT_TRUE(ok(running));
  co_return running.has_value();
}

Task<std::string> shell(Client& client, std::string ns, std::string pod, std::string script,
                        std::string input) {
  Command command{.ns = std::move(ns),
                  .pod = std::move(pod),
                  .container = "main",
                  .command = {"sh", "-c", std::move(script)},
                  .input = std::move(input)};
  Result<ExecResult> ran = co_await run_command(client, std::move(command));
  if (!ran) co_return "cannot run it: " + ::pgdrill::describe(ran.error());
  if (ran->exit_code != 0) co_return "exit code " + std::to_string(ran->exit_code) + ": " + ran->err;
  co_return std::move(ran->out);
}

std::string noise(std::size_t size, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(generator() & 0xFFU);
  return bytes;
}

}  // namespace pgdrill::kube
