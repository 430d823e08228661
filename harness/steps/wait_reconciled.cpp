// wait-reconciled: Flux applies the revert; every clock is recorded.
#include "harness/engine/facts.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/flux/reconcile.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;
using scenario::ParameterType;

class WaitReconciled : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {.name = "wait-reconciled",
            .summary = "Asks Flux to apply the revert and waits until it has",
            .parameters = {{"repository", ParameterType::text, true, "", "GitRepository"},
                           {"kustomization", ParameterType::text, true, "", "Kustomization"}},
            .permissions = engine::flux_permissions(),
            .effect = "annotates both objects with reconcile.fluxcd.io/requestedAt",
            .witness = "lastAppliedRevision names the commit",
            .undo = "nothing: Flux reconciles anyway",
            .longest = std::chrono::minutes(2),
            .marks = {"revert-fetched", "revert-applied"}};
  }

  Task<Result<StepOutcome>> run(RunContext& context, scenario::StepSpec const& spec) override {
    TimeLeft const time(spec.timeout);
    auto const revert = context.facts.find(std::string(engine::facts::revert));
    if (revert == context.facts.end()) {
      co_return fail({.kind = ErrorKind::refused,
                      .what = "there is nothing to wait for",
                      .where = spec.location.text(),
                      .why = "no step has reverted a commit"});
    }
    std::string const commit = get_string(revert->second, "commit");
    flux::FluxObjects const objects{context.target.ns, spec.parameters.text("repository"),
                                    spec.parameters.text("kustomization")};
    context.waiting(spec.id, "Flux to apply the revert", "commit " + commit.substr(0, 12));
    CO_TRY(flux::ReconcileClocks const clocks,
           co_await flux::reconcile(*context.kube, objects, commit, time.left()));
    context.mark("revert-fetched", spec.id, "GitRepository", clocks.fetched_at, commit);
    context.mark("revert-applied", spec.id, "Kustomization", clocks.applied_at, commit);
    context.witness(get_string(revert->second, "step"),
                    {.seen = true,
                     .channel = "GitRepository " + objects.repository + ": status.artifact.revision",
                     .expected = "commit " + commit,
                     .observed = "fetched at " + clocks.fetched_at});
    context.witness(spec.id,
                    {.seen = true,
                     .channel = "Kustomization " + objects.kustomization + ": status.lastAppliedRevision",
                     .expected = "commit " + commit,
                     .observed = "applied at " + clocks.applied_at});
    json::object outputs{{"commit", commit},
                         {"fetched_after_ns", Duration(clocks.fetched - clocks.requested).count()},
                         {"applied_after_ns", Duration(clocks.applied - clocks.requested).count()}};
    co_return StepOutcome{.passed = true, .outputs = std::move(outputs)};
  }
};

engine::RegisterStep<WaitReconciled> const registered;

}  // namespace

}  // namespace pgdrill::steps
