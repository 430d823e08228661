#include "harness/sandbox/kubelet/pod_status.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"

namespace pgdrill::sandbox {
namespace {

using ContainerList = std::vector<std::unique_ptr<Container>>;

struct Condition {
  std::string type;
  bool met;
  std::string reason;
  std::string message;
};

void set_condition(json::array& conditions, Condition const& wanted) {
  std::string const status = wanted.met ? "True" : "False";
  json::object next{{"type", wanted.type},
                    {"status", status},
                    {"lastProbeTime", nullptr},
                    {"lastTransitionTime", format_rfc3339_seconds(wall_now())}};
  if (!wanted.reason.empty()) next["reason"] = wanted.reason;
  if (!wanted.message.empty()) next["message"] = wanted.message;
  for (auto& condition : conditions) {
    if (get_string(condition, "type") != wanted.type) continue;
    if (get_string(condition, "status") == status) {
      next["lastTransitionTime"] = get_string(condition, "lastTransitionTime");
    }
    condition = std::move(next);
    return;
  }
  conditions.emplace_back(std::move(next));
}

Condition readiness(std::string type, PodProgress const& progress, std::string const& phase,
                    ContainerList const& containers, bool may_restart) {
  if (phase == "Succeeded") return {std::move(type), false, "PodCompleted", ""};
  if (phase == "Failed") return {std::move(type), false, "PodFailed", ""};
  auto const completed = [](auto const& container) {
    return container->state().stage == ContainerState::Stage::terminated && container->state().exit_code == 0;
  };
  if (!may_restart && !containers.empty() && std::ranges::all_of(containers, completed))
    return {std::move(type), false, "PodCompleted", ""};
  std::vector<std::string> unready;
  for (auto const& container : containers) {
    if (!container->state().ready) unready.push_back(container->name());
  }
  if (unready.empty() && progress.scheduled) return {std::move(type), true, "", ""};
  return {std::move(type), false, "ContainersNotReady",
          fmt::format("containers with unready status: [{}]", join(unready, " "))};
}

Condition initialization(PodProgress const& progress, ContainerList const& init_containers) {
  if (progress.initialized) return {"Initialized", true, progress.finished ? "PodCompleted" : "", ""};
  std::vector<std::string> incomplete;
  for (auto const& container : init_containers) {
    auto const& state = container->state();
    bool const complete = state.stage == ContainerState::Stage::terminated && state.exit_code == 0;
    if (!complete) incomplete.push_back(container->name());
  }
  if (incomplete.empty()) return {"Initialized", true, "", ""};
  return {"Initialized", false, "ContainersNotInitialized",
          fmt::format("containers with incomplete status: [{}]", join(incomplete, " "))};
}

json::array statuses_of(ContainerList const& containers) {
  json::array statuses;
  for (auto const& container : containers) {
    statuses.emplace_back(container_status(container->spec(), container->state()));
  }
  return statuses;
}

}  // namespace

std::string phase_of(PodProgress const& progress, ContainerList const& init_containers,
                     ContainerList const& containers) {
  if (!progress.failure_reason.empty()) return "Failed";
  if (progress.finished) {
    auto const failed = [](auto const& container) {
      return container->state().stage == ContainerState::Stage::terminated &&
             container->state().exit_code != 0;
    };
    bool const any = std::ranges::any_of(init_containers, failed) || std::ranges::any_of(containers, failed);
    return any ? "Failed" : "Succeeded";
  }
  bool const begun = std::ranges::any_of(containers, [](auto const& container) {
    return container->state().stage != ContainerState::Stage::waiting || container->state().restarts > 0 ||
           !container->state().id.empty();
  });
  return begun ? "Running" : "Pending";
}

void write_status(json::object& pod, PodProgress const& progress, std::string const& ip,
                  ContainerList const& init_containers, ContainerList const& containers) {
  if (!pod["status"].is_object()) pod["status"] = json::object();
  json::object& status = pod["status"].as_object();
  std::string const phase = phase_of(progress, init_containers, containers);
  status["phase"] = phase;
  json::array conditions;
  if (auto const* former = status.if_contains("conditions"); former != nullptr && former->is_array()) {
    conditions = former->get_array();
  }
  set_condition(conditions, {"PodScheduled", progress.scheduled, progress.scheduled ? "" : "Unschedulable",
                             progress.unscheduled_message});
  auto const* policy = find(pod, "spec.restartPolicy");
  bool const may_restart = policy != nullptr && *policy == json::value("Always") &&
                           find(pod, "metadata.deletionTimestamp") == nullptr;
  if (progress.scheduled) {
    set_condition(conditions,
                  {"PodReadyToStartContainers", !progress.finished && phase != "Pending", "", ""});
    set_condition(conditions, initialization(progress, init_containers));
    set_condition(conditions, readiness("ContainersReady", progress, phase, containers, may_restart));
    set_condition(conditions, readiness("Ready", progress, phase, containers, may_restart));
    status["hostIP"] = progress.host_ip;
    status["hostIPs"] = json::array{{{"ip", progress.host_ip}}};
    status["podIP"] = ip;
    status["podIPs"] = json::array{{{"ip", ip}}};
    status["startTime"] = progress.start_time;
    if (!init_containers.empty()) status["initContainerStatuses"] = statuses_of(init_containers);
    status["containerStatuses"] = statuses_of(containers);
  }
  status["conditions"] = std::move(conditions);
  status["qosClass"] = "BestEffort";
  if (!progress.failure_reason.empty()) {
    status["reason"] = progress.failure_reason;
    status["message"] = progress.failure_message;
  }
}

}  // namespace pgdrill::sandbox
