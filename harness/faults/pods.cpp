#include "harness/faults/pods.hpp"

#include <algorithm>

namespace pgdrill::faults {

namespace {

// The engine ends the wait at the step's own time-out.
constexpr Duration longest_look = std::chrono::hours(1);

}  // namespace

std::string ChosenPod::text(std::string const& ns) const {
  return "Pod " + ns + "/" + name + " (uid " + uid + ")";
}

std::vector<ChosenPod> running_pods(std::vector<json::value> const& pods) {
  std::vector<ChosenPod> chosen;
  for (json::value const& pod : pods) {
    bool const running = get_string(pod, "status.phase") == "Running";
    bool const ending = find(pod, "metadata.deletionTimestamp") != nullptr;
    if (running && !ending) chosen.push_back({kube::name_of(pod), kube::uid_of(pod)});
  }
  std::sort(chosen.begin(), chosen.end(), [](auto const& a, auto const& b) { return a.name < b.name; });
  return chosen;
}

Task<Result<ChosenPod>> choose_pod(engine::RunContext& context, std::string selector, std::string step) {
  CO_TRY(kube::ObjectList const listed,
         co_await context.kube->list(kube::pod_type, context.target.ns, {.label_selector = selector}));
  std::vector<ChosenPod> const pods = running_pods(listed.items);
  if (pods.empty()) {
    co_return fail({.kind = ErrorKind::not_found,
                    .what = "there is no running pod to hit",
                    .where = "namespace " + context.target.ns,
                    .why = "none that is not ending has the labels " + selector});
  }
  double const fraction = engine::random_fraction(context.seed, "pod of " + step);
  co_return pods[static_cast<std::size_t>(fraction * static_cast<double>(pods.size()))];
}

Task<Result<>> delete_pod(engine::RunContext& context, ChosenPod pod, int grace_seconds) {
  co_return co_await context.kube->remove({kube::pod_type, context.target.ns, pod.name},
                                          {.grace_period_seconds = grace_seconds, .uid = pod.uid});
}

PodFate fate_of(json::value const* now, std::string const& uid) {
  if (now == nullptr || kube::uid_of(*now) != uid) return PodFate::gone;
  // It had done its work before the blow came: what is deleted then is only its remains.
  return get_string(*now, "status.phase") == "Succeeded" ? PodFate::ended_by_itself : PodFate::lives;
}

Task<Result<engine::Witness>> see_pod_gone(engine::RunContext& context, ChosenPod pod) {
  PodFate fate = PodFate::lives;
  auto const over = [&fate, uid = pod.uid](json::value const* now) {
    fate = fate_of(now, uid);
    return fate != PodFate::lives;
  };
  CO_TRY_VOID(co_await kube::wait_for(*context.kube, {kube::pod_type, context.target.ns, pod.name}, over,
                                      longest_look, "Pod " + pod.name + " is still there"));
  bool const gone = fate == PodFate::gone;
  co_return engine::Witness{.seen = gone,
                            .channel = "watch of the Pod",
                            .expected = "uid " + pod.uid + " is gone, and had not ended by itself",
                            .observed = gone ? "gone" : "it had Succeeded before"};
}

}  // namespace pgdrill::faults
