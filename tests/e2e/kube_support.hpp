// What the tests of the Kubernetes client against a real API server share. Environment variables:
//
// - PGDRILL_TEST_KUBECONFIG: the server's kubeconfig; without it all of them are skipped.
// - PGDRILL_TEST_IMAGE: an image with a shell, perl and PostgreSQL, else that of the project's clusters.
// - PGDRILL_TEST_RESTART_APISERVER: a shell command that ends the API server without a word and sees to it
//   that another one is started; tests that need it are skipped without it.
// - PGDRILL_TEST_COMPACT_ETCD: a shell command that compacts etcd, run before each such restart.
#pragma once
#include <gmock/gmock.h>

#include "harness/base/scope.hpp"
#include "harness/kube/client.hpp"

namespace pgdrill::kube {

/// An environment variable, or the other value when it is not set.
[[nodiscard]] std::string setting(char const* name, char const* otherwise);

/// The error's text in an assertion that fails.
template <class T>
testing::AssertionResult ok(Result<T> const& result) {
  if (result) return testing::AssertionSuccess();
  return testing::AssertionFailure() << ::pgdrill::describe(result.error());
}

using Body = Task<> (*)(std::shared_ptr<Client>, std::string);

/// Runs a body in a namespace of its own, which is removed afterwards.
void run_in_own_namespace(Body body, Duration deadline = std::chrono::seconds(15));

/// Tests that any API server with a kubelet must pass: a real one and the sandbox.
class KubeClient : public testing::Test {
 protected:
  void SetUp() override;
  static void run(Body body) { run_in_own_namespace(body); }
};

/// Tests that only a real one can pass: the sandbox has no RBAC and is not started anew on the same state.
class RealApiServer : public KubeClient {};

/// Those that also need PGDRILL_TEST_RESTART_APISERVER.
class RestartedApiServer : public RealApiServer {
 protected:
  void SetUp() override;
  /// The start of an API server takes its time where others work as well.
  static void run(Body body) { run_in_own_namespace(body, std::chrono::minutes(1)); }
};

/// Ends the API server and waits until another one answers.
[[nodiscard]] Task<> restart_api_server();

[[nodiscard]] Object config_map(std::string const& name, std::string const& value);

/// Starts a pod with one container, "main", that runs a shell script, and waits until it is ready.
[[nodiscard]] Task<bool> start_pod(Client& client, std::string ns, std::string name, std::string script,
                                   std::string app);

/// Runs a shell script in the pod; its output, or the text of the failure.
[[nodiscard]] Task<std::string> shell(Client& client, std::string ns, std::string pod, std::string script,
                                      std::string input = "");

/// Bytes that do not repeat and that no layer can compress away; the same for the same seed.
[[nodiscard]] std::string noise(std::size_t size, std::uint32_t seed = 1);

}  // namespace pgdrill::kube
