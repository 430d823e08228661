// The end of a commit's undo: Flux has applied the head of the branch. A Job that failed meanwhile is
// deleted, since Flux leaves an unchanged one as it is.
#include "harness/engine/undo.hpp"
#include "harness/flux/reconcile.hpp"

namespace pgdrill::steps {

namespace {

constexpr Duration longest_reconcile = std::chrono::seconds(90);

bool has_failed(json::value const& job) {
  json::value const* const failed = kube::condition_of(job, "Failed");
  return failed != nullptr && get_string(*failed, "status") == "True";
}

class FluxReconcile : public engine::UndoKind {
 public:
  Task<Result<>> undo(engine::UndoContext& context, json::object const& record) override {
    json::value const whole(record);
    flux::FluxObjects const objects{.ns = context.ns,
                                    .repository = get_string(whole, "repository"),
                                    .kustomization = get_string(whole, "kustomization")};
    kube::ListOptions const mine{
        .label_selector = "kustomize.toolkit.fluxcd.io/name=" + objects.kustomization, .field_selector = ""};
    CO_TRY(kube::ObjectList const jobs, co_await context.kube->list(kube::job_type, context.ns, mine));
    for (json::value const& job : jobs.items) {
      if (!has_failed(job)) continue;
      kube::ObjectRef const ref{kube::job_type, context.ns, kube::name_of(job)};
      Result<> const removed = co_await context.kube->remove(ref);
      if (!removed && removed.error().kind != ErrorKind::not_found) co_return removed;
      CO_TRY_VOID(co_await kube::wait_gone(*context.kube, ref, longest_reconcile));
    }
    CO_TRY(flux::Repository const repository, co_await flux::repository_of(*context.kube, objects));
    CO_TRY(std::unique_ptr<flux::WorkTree> const tree, co_await flux::WorkTree::clone(repository));
    CO_TRY(std::string const head, co_await tree->head());
    CO_TRY_VOID(co_await flux::reconcile(*context.kube, objects, head, longest_reconcile));
    co_return Result<>();
  }
};

engine::RegisterUndo<FluxReconcile> const registered("flux-reconcile");

}  // namespace

}  // namespace pgdrill::steps
