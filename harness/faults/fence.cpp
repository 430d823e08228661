// fence: stops PostgreSQL in one instance while its pod lives on (CNPG documentation, "Fencing").
#include "harness/engine/undo_records.hpp"
#include "harness/faults/pods.hpp"

namespace pgdrill::faults {

namespace {

using engine::RunContext;
using scenario::ParameterType;
using scenario::StepSpec;

constexpr std::string_view annotation = "cnpg.io/fencedInstances";
constexpr Duration longest_look = std::chrono::hours(1);

class Fence final : public engine::Fault {
 public:
  static scenario::Declaration describe() {
    return {.name = "fence",
            .summary = "Fences one instance: its PostgreSQL stops, its pod stays, nothing fails over",
            .parameters =
                {{"role", ParameterType::text, false, "primary", "Which instance.", {"primary", "replica"}},
                 {"cluster", ParameterType::text, false, "", "Default: the target."}},
            .permissions = {{"postgresql.cnpg.io", {"clusters"}, {"get", "list", "watch", "patch"}},
                            {"", {"pods"}, {"get", "list", "watch"}}},
            .effect = "sets annotation cnpg.io/fencedInstances on the Cluster",
            .witness = "the instance's Pod is not Ready",
            .undo = "puts the former annotation back, and waits until the Cluster is healthy",
            .longest = std::chrono::minutes(1),
            .lasting = true};
  }

  bool early() const override { return true; }

  Task<Result<engine::FaultTarget>> prepare(RunContext& context, StepSpec const& spec) override {
    std::string cluster = spec.parameters.text("cluster");
    if (cluster.empty()) cluster = context.target.cluster;
    ref_ = {kube::cluster_type, context.target.ns, cluster};
    CO_TRY(pod_, co_await choose_pod(
                     context,
                     "cnpg.io/cluster=" + cluster + ",cnpg.io/instanceRole=" + spec.parameters.text("role"),
                     spec.id));
    CO_TRY(json::value const object, co_await context.kube->get(ref_));
    std::string const before = kube::annotation_of(object, annotation);
    json::value former = before.empty() ? json::value(nullptr) : json::value(before);
    engine::UndoRecord unfence =
        engine::undo_by_patch(ref_, {{"metadata", {{"annotations", {{annotation, std::move(former)}}}}}},
                              "lift the fence of " + pod_.name + " in " + ref_.text());
    engine::UndoRecord healthy{.kind = "await-healthy",
                               .summary = "wait until " + ref_.text() + " is healthy",
                               .record = {{"cluster", cluster}}};
    co_return engine::FaultTarget{.text = pod_.text(context.target.ns),
                                  .undo = {std::move(healthy), std::move(unfence)}};
  }

  Task<Result<>> apply(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    json::object const patch{
        {"metadata", {{"annotations", {{annotation, json::serialize(json::array{pod_.name})}}}}}};
    CO_TRY_VOID(co_await context.kube->patch(ref_, kube::PatchType::merge, patch));
    co_return Result<>();
  }

  Task<Result<engine::Witness>> witness(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    auto const down = [](json::value const* pod) {
      if (pod == nullptr) return false;
      json::value const* const ready = kube::condition_of(*pod, "Ready");
      return ready != nullptr && get_string(*ready, "status") == "False";
    };
    CO_TRY_VOID(co_await kube::wait_for(*context.kube, {kube::pod_type, context.target.ns, pod_.name}, down,
                                        longest_look, "Pod " + pod_.name + " is still Ready"));
    co_return engine::Witness{
        .seen = true, .channel = "condition Ready of the Pod", .expected = "False", .observed = "False"};
  }

 private:
  kube::ObjectRef ref_;
  ChosenPod pod_;
};

engine::RegisterFault<Fence> const registered;

}  // namespace

}  // namespace pgdrill::faults
