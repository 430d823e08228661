// What is known of one container, and how the API shows it.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "harness/base/json.hpp"
#include "harness/base/time.hpp"

namespace pgdrill::sandbox {

struct ContainerState {
  enum class Stage { waiting, running, terminated } stage = Stage::waiting;
  std::string reason = "ContainerCreating";  ///< of waiting or terminated
  std::string message;
  int exit_code = 0;
  WallTime started_at{};
  WallTime finished_at{};
  std::string id;  ///< of the current or the last run; empty before the first
  int restarts = 0;
  bool started = false;  ///< running, and its startup probe (if any) has passed
  bool ready = false;
  json::value last_state = json::object();  ///< the former run's `terminated`
};

/// An entry of status.containerStatuses
/// (https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.32/#containerstatus-v1-core).
[[nodiscard]] json::object container_status(json::value const& container, ContainerState const& state);
/// The value of `state` in it: {"terminated": {...}} and its kin.
[[nodiscard]] json::object state_of(ContainerState const& state);

}  // namespace pgdrill::sandbox
