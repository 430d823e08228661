// pod-kill: ends one pod without warning, as a lost node does (chaos guide: the target is one exact UID).
#include "harness/faults/pods.hpp"

namespace pgdrill::faults {

namespace {

using engine::RunContext;
using scenario::ParameterType;
using scenario::StepSpec;

class PodKill final : public engine::Fault {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "pod-kill",
        .summary = "Kills one pod: the primary, a replica, or one of a selector",
        .parameters = {{"role",
                        ParameterType::text,
                        false,
                        "primary",
                        "Which instance of the Cluster.",
                        {"primary", "replica"}},
                       {"cluster", ParameterType::text, false, "", "Default: the target."},
                       {"selector", ParameterType::text, false, "",
                        "Label selector of other pods, in place of role and cluster: a migration's Job, the "
                        "application. The seed decides among several."},
                       {"grace",
                        ParameterType::integer,
                        false,
                        "0",
                        "Time to end by itself; 0 is SIGKILL at once.",
                        {},
                        "s"}},
        .permissions = {{"", {"pods"}, {"get", "list", "watch", "delete"}},
                        {"postgresql.cnpg.io", {"clusters"}, {"get", "list", "watch"}}},
        .effect = "deletes a Pod",
        .witness = "the Pod's uid is gone from the API's watch",
        .undo = "whoever made the pod makes another; waits until the Cluster is healthy again",
        .longest = std::chrono::minutes(1)};
  }

  Task<Result<engine::FaultTarget>> prepare(RunContext& context, StepSpec const& spec) override {
    std::string const cluster = cluster_of(context, spec);
    std::string selector = spec.parameters.text("selector");
    bool const instance = selector.empty();
    if (instance) {
      selector = "cnpg.io/cluster=" + cluster + ",cnpg.io/instanceRole=" + spec.parameters.text("role");
    }
    CO_TRY(pod_, co_await choose_pod(context, selector, spec.id));
    engine::FaultTarget target{.text = pod_.text(context.target.ns)};
    if (instance) {
      target.undo.push_back(
          {.kind = "await-healthy",
           .summary = "wait until Cluster " + context.target.ns + "/" + cluster + " is healthy",
           .record = {{"cluster", cluster}}});
    }
    co_return target;
  }

  Task<Result<>> apply(RunContext& context, StepSpec const& spec) override {
    co_return co_await delete_pod(context, pod_, static_cast<int>(spec.parameters.integer("grace")));
  }

  Task<Result<engine::Witness>> witness(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    co_return co_await see_pod_gone(context, pod_);
  }

 private:
  static std::string cluster_of(RunContext const& context, StepSpec const& spec) {
    std::string given = spec.parameters.text("cluster");
    return given.empty() ? context.target.cluster : given;
  }
  ChosenPod pod_;
};

engine::RegisterFault<PodKill> const registered;

}  // namespace

}  // namespace pgdrill::faults
