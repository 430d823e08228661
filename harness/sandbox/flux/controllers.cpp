#include "harness/sandbox/flux/controllers.hpp"

#include "harness/base/scope.hpp"
#include "harness/sandbox/flux/git_repository.hpp"
#include "harness/sandbox/flux/kustomization.hpp"

namespace pgdrill::sandbox {

namespace {

Task<> run_both(Scope& scope, Store& store, Environment environment) {
  scope.spawn("git repositories", run_git_repositories(store, environment));
  scope.spawn("kustomizations", run_kustomizations(store, environment));
  co_return;
}

}  // namespace

Task<> run_flux(Store& store, Environment environment) {
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return run_both(scope, store, environment); };
  co_await with_scope(std::move(body));
}

}  // namespace pgdrill::sandbox
