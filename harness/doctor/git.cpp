// Git takes our commits: the repository can be cloned with the credentials of this machine, and a push would
// be accepted (git push --dry-run authenticates like a push and changes nothing).
#include "harness/doctor/check.hpp"
#include "harness/flux/git_command.hpp"
#include "harness/flux/reconcile.hpp"

namespace pgdrill::doctor {

namespace {

Task<Result<std::string>> try_push(flux::Repository repository) {
  CO_TRY(std::unique_ptr<flux::WorkTree> const tree, co_await flux::WorkTree::clone(repository));
  flux::GitCommand push{
      .arguments = {"push", "--dry-run", repository.url, "HEAD:refs/heads/" + repository.branch},
      .directory = tree->directory()};
  CO_TRY_VOID(co_await flux::run_git(std::move(push)));
  co_return co_await tree->head();
}

Finding not_pushed(std::string const& name, Error const& error) {
  return {.status = Status::missing,
          .what = "a commit cannot be pushed to " + name,
          .why = error.what + ": " + error.why,
          .todo = error.todo.empty() ? "give git on this machine credentials that may push: an ssh key, or a "
                                       "credential helper"
                                     : error.todo};
}

Task<Findings> examine(Patient& patient) {
  Findings all;
  for (std::string const& name : patient.repositories) {
    flux::FluxObjects objects{.ns = patient.target.ns, .repository = name, .kustomization = {}};
    Result<flux::Repository> const repository =
        co_await flux::repository_of(*patient.kube, std::move(objects));
    if (!repository) continue;  // check "flux" has told
    std::string const url = flux::without_credentials(repository->url);
    Result<std::string> const head = co_await try_push(*repository);
    all.push_back(head ? Finding{.what = "commits can be pushed to " + repository->branch + " of " + url}
                       : not_pushed(url, head.error()));
  }
  if (all.empty()) all.push_back({.what = "no Git repository is used"});
  co_return all;
}

RegisterCheck const registered(order::git, "git", &examine);

}  // namespace

}  // namespace pgdrill::doctor
