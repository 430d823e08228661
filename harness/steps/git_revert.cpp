// git-revert: the migration's commit is reverted in Git. That does not bring the data back; restore does.
#include "harness/engine/facts.hpp"
#include "harness/flux/reconcile.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;
using scenario::ParameterType;

class GitRevert : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {.name = "git-revert",
            .summary = "Reverts the migration's commit and pushes the revert",
            .parameters = {{"repository", ParameterType::text, true, "", "GitRepository"}},
            .permissions = {{"source.toolkit.fluxcd.io", {"gitrepositories"}, {"get"}}},
            .effect = "pushes a commit",
            .witness =
                "Flux fetches the commit (wait-reconciled), or a later clone ends with it (commit-migration)",
            .undo = "nothing: the revert is what undo would do",
            .marks = {"revert-pushed"}};
  }

  Task<Result<StepOutcome>> run(RunContext& context, scenario::StepSpec const& spec) override {
    auto const migration = context.facts.find(std::string(engine::facts::migration));
    if (migration == context.facts.end()) {
      co_return fail({.kind = ErrorKind::refused,
                      .what = "there is nothing to revert",
                      .where = spec.location.text(),
                      .why = "no step has committed a migration"});
    }
    std::string const commit = get_string(migration->second, "commit");
    flux::FluxObjects const objects{
        .ns = context.target.ns, .repository = spec.parameters.text("repository"), .kustomization = ""};
    context.waiting(spec.id, "Git to take the revert of commit " + commit.substr(0, 12),
                    "Flux must find it in GitRepository " + objects.repository);
    CO_TRY(flux::Repository const repository, co_await flux::repository_of(*context.kube, objects));
    CO_TRY(std::unique_ptr<flux::WorkTree> const tree, co_await flux::WorkTree::clone(repository));
    CO_TRY_VOID(co_await tree->revert(commit));
    CO_TRY(flux::Pushed const pushed, co_await tree->push());
    context.mark("revert-pushed", spec.id, "git push", "", pushed.commit);
    json::object fact{
        {"step", spec.id}, {"commit", pushed.commit}, {"reverts", commit}, {"rebased", pushed.rebased}};
    context.fact(engine::facts::revert, fact);
    co_return StepOutcome{.passed = true, .outputs = std::move(fact)};
  }
};

engine::RegisterStep<GitRevert> const registered;

}  // namespace

}  // namespace pgdrill::steps
