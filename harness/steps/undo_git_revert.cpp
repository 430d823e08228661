// Undo of a commit: reverts it when it is in the branch and not reverted yet, and lets Flux apply that; of a
// run's commits only with the first, whose undo comes last. The commit is found by a line of its message,
// since a rebase changes its id.
#include "harness/engine/undo.hpp"
#include "harness/flux/reconcile.hpp"

namespace pgdrill::steps {

namespace {

constexpr Duration longest_reconcile = std::chrono::seconds(90);

class GitRevert : public engine::UndoKind {
 public:
  Task<Result<>> undo(engine::UndoContext& context, json::object const& record) override {
    json::value const whole(record);
    flux::FluxObjects const objects{.ns = context.ns,
                                    .repository = get_string(whole, "repository"),
                                    .kustomization = get_string(whole, "kustomization")};
    CO_TRY(flux::Repository const repository, co_await flux::repository_of(*context.kube, objects));
    CO_TRY(std::unique_ptr<flux::WorkTree> const tree, co_await flux::WorkTree::clone(repository));
    CO_TRY(std::optional<std::string> const commit,
           co_await tree->find_by_message_line(get_string(whole, "line")));
    if (!commit) co_return Result<>();  // it never came to the push
    CO_TRY(bool const reverted, co_await tree->reverted(*commit));
    if (!reverted) {
      CO_TRY_VOID(co_await tree->revert(*commit));
      CO_TRY_VOID(co_await tree->push());
    }
    if (!get_bool(whole, "reconcile", true)) co_return Result<>();
    CO_TRY(std::string const head, co_await tree->head());
    Result<flux::ReconcileClocks> const applied =
        co_await flux::reconcile(*context.kube, objects, head, longest_reconcile);
    // A migration that failed leaves a dirty history, on which the former Job fails too: the tables are put
    // back next, and flux-reconcile, which is undone last, has Flux apply again.
    if (!applied && applied.error().kind != ErrorKind::invalid)
      co_return tl::make_unexpected(applied.error());
    co_return Result<>();
  }
};

engine::RegisterUndo<GitRevert> const registered("git-revert");

}  // namespace

}  // namespace pgdrill::steps
