// A store and a kubelet on a loop of their own, for tests with real small processes.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "harness/base/files.hpp"
#include "harness/base/scope.hpp"
#include "harness/sandbox/kubelet/kubelet.hpp"

namespace pgdrill::sandbox::test {

struct Sandbox {
  Store& store;
  Kubelet& kubelet;
  Environment const& environment;
};

/// Runs `body` beside a kubelet (and `more` controllers); stops all when it returns. Everything lies in a
/// temporary directory that is removed.
void with_kubelet(std::function<Task<>(Sandbox&)> body, std::function<void(Scope&, Sandbox&)> more = {});

/// The same, with pods that run as `user` and PostgreSQL's programs on their PATH; only root can.
void with_kubelet_as(std::string const& user, std::function<Task<>(Sandbox&)> body);

/// A pod of one container "main" that runs `sh -c script`; `extra` members go into its spec, `container` ones
/// into the container.
[[nodiscard]] json::object shell_pod(std::string const& name, std::string const& script,
                                     json::object extra = {}, json::object container = {});

/// Follows the store until `condition` holds; the test's deadline fails it.
[[nodiscard]] Task<bool> until(Store& store, std::function<bool()> condition);
[[nodiscard]] Task<bool> until_phase(Store& store, std::string pod, std::string phase);

[[nodiscard]] json::value pod_of(Store const& store, std::string const& name);
[[nodiscard]] std::string log_of(Sandbox& sandbox, std::string const& pod);
/// The first container's status.
[[nodiscard]] json::value container_of(Store const& store, std::string const& pod);
[[nodiscard]] bool has_event(Store const& store, std::string const& about, std::string const& reason);

}  // namespace pgdrill::sandbox::test
