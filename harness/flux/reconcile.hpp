// Asks Flux to reconcile a commit and follows it through source and Kustomization, with the clocks of each
// part (https://fluxcd.io/flux/components/kustomize/kustomizations/).
#pragma once
#include <memory>
#include <string>

#include "harness/flux/git.hpp"
#include "harness/kube/client.hpp"

namespace pgdrill::flux {

struct FluxObjects {
  std::string ns;
  std::string repository;     ///< GitRepository
  std::string kustomization;  ///< Kustomization
};

/// The repository that a GitRepository follows. Error refused: it follows no branch.
[[nodiscard]] Task<Result<Repository>> repository_of(kube::Client& client, FluxObjects objects);
/// spec.path of the Kustomization, without "./".
[[nodiscard]] Task<Result<std::string>> path_of_kustomization(kube::Client& client, FluxObjects objects);

/// Error refused, naming the object, when either is suspended: nothing would be reconciled.
[[nodiscard]] Task<Result<>> not_suspended(kube::Client& client, FluxObjects objects);

/// When pgdrill saw each part, and the object's own clock where it has one.
struct ReconcileClocks {
  Monotonic requested;
  Monotonic fetched;
  std::string fetched_at;  ///< status.artifact.lastUpdateTime
  Monotonic applied;
  std::string applied_at;  ///< lastTransitionTime of Ready
};

/// Annotates both objects (source first) and waits until the commit is applied: the artifact has it, then
/// lastAppliedRevision has it, Ready is True and the generation observed. Errors: refused for a suspended
/// object, invalid with Flux's own message when the commit cannot be applied, timeout.
[[nodiscard]] Task<Result<ReconcileClocks>> reconcile(kube::Client& client, FluxObjects objects,
                                                      std::string commit, Duration limit);

}  // namespace pgdrill::flux
