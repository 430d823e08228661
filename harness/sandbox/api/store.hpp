// The sandbox's objects: an in-memory store with the semantics that Kubernetes clients rely on
// (https://kubernetes.io/docs/reference/using-api/api-concepts/). The API server and the controllers share
// it; the controllers call it directly, clients through HTTP.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/task.hpp"
#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

struct StoreEvent {
  enum class Type { added, modified, deleted } type = Type::added;
  std::uint64_t version = 0;
  kube::ResourceType type_of_object;
  json::value object;
};

/// Errors carry the API's Status: not_found (404), conflict (409; code AlreadyExists or Conflict), invalid
/// (422 or 400), gone (410 Expired).
class Store {
 public:
  explicit Store(asio::any_io_executor executor);

  /// All kinds that the sandbox serves.
  [[nodiscard]] static std::vector<kube::ResourceType> const& types();

  [[nodiscard]] Result<json::value> get(kube::ResourceType const& type, std::string const& ns,
                                        std::string const& name) const;
  /// Empty ns: all namespaces. Selectors in kubectl's syntax; fields: metadata.name, metadata.namespace,
  /// involvedObject.*, spec.*, status.phase ...
  [[nodiscard]] std::vector<json::value> list(kube::ResourceType const& type, std::string const& ns,
                                              std::string const& label_selector = "",
                                              std::string const& field_selector = "") const;
  /// Fills in uid, creationTimestamp, generation, resourceVersion and the defaults of built-in kinds;
  /// resolves generateName; checks names and that the namespace exists. An object whose owners (by uid) are
  /// all gone is collected at once, as Kubernetes' garbage collector would.
  [[nodiscard]] Result<json::value> create(kube::ResourceType const& type, kube::Object object);
  /// A client's creations pass through here first, as through an admission webhook; controllers' own do not.
  using Admission = std::function<Result<>(kube::ResourceType const&, json::value const&)>;
  void admit_by(Admission admission) { admission_ = std::move(admission); }
  [[nodiscard]] Result<> admit(kube::ResourceType const& type, json::value const& object) const {
    return admission_ ? admission_(type, object) : Result<>();
  }
  /// Replaces all but status (generation rises when spec changed); with `status_only` replaces only status. A
  /// resourceVersion in the object must match.
  [[nodiscard]] Result<json::value> update(kube::ResourceType const& type, kube::Object object,
                                           bool status_only = false);
  /// For controllers: reads, lets `change` edit, writes; main resource or status. No write when nothing
  /// changed.
  [[nodiscard]] Result<json::value> modify(kube::ResourceType const& type, std::string const& ns,
                                           std::string const& name, bool status_only,
                                           std::function<void(kube::Object&)> change);
  /// Sets deletionTimestamp when finalizers or a grace period (pods) keep it, else deletes it and, by
  /// ownerReferences, its dependants. `uid` non-empty: only that incarnation. `propagation`: Background,
  /// Foreground (the object goes last) or Orphan (dependants stay). Gives the object's last state.
  [[nodiscard]] Result<json::value> remove(kube::ResourceType const& type, std::string const& ns,
                                           std::string const& name, int grace_seconds = -1,
                                           std::string const& uid = "",
                                           std::string const& propagation = "Background");
  /// Deletes for good: the kubelet's last word on a pod that has ended.
  void finalize(kube::ResourceType const& type, std::string const& ns, std::string const& name);

  /// The version of the last write; a subscription from here misses nothing.
  [[nodiscard]] std::uint64_t version() const;

  /// Events after a version, in order; waits when there is none. Error gone when the version is too old (the
  /// last 10,000 events are kept).
  class Subscription {
   public:
    virtual ~Subscription() = default;
    [[nodiscard]] virtual Task<Result<StoreEvent>> next() = 0;
  };
  [[nodiscard]] Result<std::unique_ptr<Subscription>> subscribe(std::uint64_t after_version);

  /// Writes an Event object, as kubectl describe shows it; equal ones in a row are counted.
  void record_event(json::value const& about, std::string const& type, std::string const& reason,
                    std::string const& message);

 private:
  struct Implementation;
  std::shared_ptr<Implementation> implementation_;
  Admission admission_;
};

}  // namespace pgdrill::sandbox
