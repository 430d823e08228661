// What faults on pods share: choosing exactly one, ending it, and seeing that it is gone.
#pragma once
#include "harness/engine/registry.hpp"

namespace pgdrill::faults {

/// One pod as it is now; another with the same name later is another one.
struct ChosenPod {
  std::string name;
  std::string uid;
  [[nodiscard]] std::string text(std::string const& ns) const;
};

/// Running pods of a selector that are not ending, in order of their names.
[[nodiscard]] std::vector<ChosenPod> running_pods(std::vector<json::value> const& pods);

/// One of the running pods of a selector; the seed decides among several. Error not_found when there is none.
[[nodiscard]] Task<Result<ChosenPod>> choose_pod(engine::RunContext& context, std::string selector,
                                                 std::string step);

/// Deletes exactly this pod. Errors: not_found or conflict when it is gone or another one has its name.
[[nodiscard]] Task<Result<>> delete_pod(engine::RunContext& context, ChosenPod pod, int grace_seconds);

/// Watches until the pod is gone. Not seen when it ended by itself before: then nothing was broken.
[[nodiscard]] Task<Result<engine::Witness>> see_pod_gone(engine::RunContext& context, ChosenPod pod);

/// What a watch of a pod says about the one that was killed. Pure, for tests.
enum class PodFate { lives, gone, ended_by_itself };
[[nodiscard]] PodFate fate_of(json::value const* now, std::string const& uid);

}  // namespace pgdrill::faults
