// Applies a rendered set of objects to the store, as kustomize-controller's server-side apply does for a
// client: what is not there is created, what differs is changed, what cannot be changed is made anew when
// `force` says so, and what went out of the set is pruned.
#pragma once
#include <string>
#include <vector>

#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

struct ApplyOptions {
  std::string kustomization;  ///< name and namespace, for the labels that Flux puts on what it applies
  std::string ns;
  std::string default_namespace;  ///< of objects that name none
  bool force = false;
};

/// An applied object.
struct Applied {
  kube::ResourceType type;
  std::string ns;
  std::string name;
  std::string action;  ///< created, configured, unchanged, recreated
  /// "develop_migrate_batch_Job", Flux's form in status.inventory.
  [[nodiscard]] std::string id() const;
  /// "Job/develop/migrate", Flux's form in messages.
  [[nodiscard]] std::string text() const;
};

/// Errors carry the API's text, e.g. for a field that is immutable.
[[nodiscard]] Task<Result<std::vector<Applied>>> apply_set(Store& store, std::vector<json::value> objects,
                                                           ApplyOptions options);

/// Deletes what stands in the former inventory (ids) and not among the applied.
void prune(Store& store, std::vector<std::string> const& former, std::vector<Applied> const& applied);

/// True when `wanted` says nothing that `live` does not have: objects by member, lists element by element.
[[nodiscard]] bool covers(json::value const& live, json::value const& wanted);

}  // namespace pgdrill::sandbox
