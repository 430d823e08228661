#include "harness/sandbox/kubelet/container_state.hpp"

namespace pgdrill::sandbox {
namespace {

std::string full_id(ContainerState const& state) { return state.id.empty() ? "" : "pgdrill://" + state.id; }

}  // namespace

json::object state_of(ContainerState const& state) {
  if (state.stage == ContainerState::Stage::running) {
    return {{"running", {{"startedAt", format_rfc3339_seconds(state.started_at)}}}};
  }
  json::object detail{{"reason", state.reason}};
  if (!state.message.empty()) detail["message"] = state.message;
  if (state.stage == ContainerState::Stage::waiting) return {{"waiting", detail}};
  detail["exitCode"] = state.exit_code;
  detail["startedAt"] = format_rfc3339_seconds(state.started_at);
  detail["finishedAt"] = format_rfc3339_seconds(state.finished_at);
  detail["containerID"] = full_id(state);
  return {{"terminated", detail}};
}

json::object container_status(json::value const& container, ContainerState const& state) {
  std::string const image = get_string(container, "image");
  json::object status{{"name", get_string(container, "name")},
                      {"image", image},
                      {"imageID", image},
                      {"ready", state.ready},
                      {"started", state.started},
                      {"restartCount", state.restarts},
                      {"state", state_of(state)},
                      {"lastState", state.last_state}};
  if (!state.id.empty()) status["containerID"] = full_id(state);
  return status;
}

}  // namespace pgdrill::sandbox
