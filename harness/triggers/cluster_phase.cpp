// cluster-phase: status.phase of a CloudNativePG Cluster (cnpg:api/v1/cluster_types.go).
#include "harness/triggers/feeds.hpp"

namespace pgdrill::triggers {

namespace {

using scenario::ParameterType;

class ClusterPhase final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {.name = "cluster-phase",
            .summary = "A Cluster is in a phase, as its status says it",
            .parameters = {{"phase", ParameterType::text, true, "",
                            "The phase: \"Failing over\", \"Cluster in healthy state\", ..."},
                           {"cluster", ParameterType::text, false, "", "Default: the target."}},
            .permissions = {{"postgresql.cnpg.io", {"clusters"}, {"get", "list", "watch"}}}};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& cluster) override {
    return get_string(cluster, "status.phase") == spec.parameters.text("phase");
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    std::string const given = spec.parameters.text("cluster");
    kube::ObjectRef const ref{kube::cluster_type, context.target.ns,
                              given.empty() ? context.target.cluster : given};
    // The journal needs the phase, not the whole object.
    engine::Look look_at_phase = [look](json::value object) {
      return look(json::object{{"status", {{"phase", get_string(object, "status.phase")}}}});
    };
    co_return co_await feed_object(context, ref, std::move(look_at_phase));
  }
};

engine::RegisterTrigger<ClusterPhase> const registered;

}  // namespace

}  // namespace pgdrill::triggers
