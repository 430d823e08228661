// recovery-pod-kill: kills the pod that restores the base backup and replays WAL, in the middle of it.
#include "harness/faults/pods.hpp"

namespace pgdrill::faults {

namespace {

using engine::RunContext;
using scenario::StepSpec;

class RecoveryPodKill final : public engine::Fault {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "recovery-pod-kill",
        .summary = "Kills the recovery pod of the Cluster that is being restored",
        .parameters = {{"cluster", scenario::ParameterType::text, false, "",
                        "Default: the Cluster that this run's restore step makes."}},
        .permissions = {{"", {"pods"}, {"get", "list", "watch", "delete"}}},
        .effect = "deletes the Pod of the Job <cluster>-1-full-recovery",
        .witness = "the Pod's uid is gone from the API's watch, and it had not Succeeded",
        .undo = "the Job makes another pod; the restored Cluster is deleted by the restore step's own undo",
        .phase = "recovery",
        .longest = std::chrono::minutes(1)};
  }

  Task<Result<engine::FaultTarget>> prepare(RunContext& context, StepSpec const& spec) override {
    std::string cluster = spec.parameters.text("cluster");
    if (cluster.empty()) cluster = engine::name_for_run(context.target.cluster, context.run_id);
    CO_TRY(pod_, co_await choose_pod(context, "cnpg.io/cluster=" + cluster + ",cnpg.io/jobRole=full-recovery",
                                     spec.id));
    co_return engine::FaultTarget{.text = pod_.text(context.target.ns)};
  }

  Task<Result<>> apply(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    co_return co_await delete_pod(context, pod_, 0);
  }

  Task<Result<engine::Witness>> witness(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    co_return co_await see_pod_gone(context, pod_);
  }

 private:
  ChosenPod pod_;
};

engine::RegisterFault<RecoveryPodKill> const registered;

}  // namespace

}  // namespace pgdrill::faults
