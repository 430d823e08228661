// The store's inside, shared by the units that make it: objects, the log of events, garbage collection.
#pragma once
#include <list>
#include <utility>

#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// How many events a watch may lag behind, or resume from.
inline constexpr std::size_t kept_events = 10'000;

struct Store::Implementation {
  using Key = std::pair<std::string, std::string>;  ///< namespace, name
  using Objects = std::map<Key, json::value>;

  explicit Implementation(asio::any_io_executor executor)
      : changed(executor, asio::steady_timer::time_point::max()) {}

  [[nodiscard]] Objects& objects_of(kube::ResourceType const& type);
  [[nodiscard]] json::value* lookup(kube::ResourceType const& type, std::string const& ns,
                                    std::string const& name);

  /// Stores the object under a new resourceVersion and tells the subscribers.
  json::value const& put(kube::ResourceType const& type, Key const& key, json::value object,
                         StoreEvent::Type event);
  /// Removes for good, tells the subscribers, and collects what depended on it.
  json::value erase(kube::ResourceType const& type, Key const& key, bool orphan = false);
  /// The object after a deletion mark or a change of finalizers: erases it when nothing holds it any more.
  json::value settle(kube::ResourceType const& type, Key const& key);

  Result<json::value> remove(kube::ResourceType const& type, Key const& key, int grace_seconds,
                             std::string const& uid, std::string const& propagation);
  void remove_contents(std::string const& ns);   ///< all that a terminating namespace holds
  void finish_namespace(std::string const& ns);  ///< erases a terminating namespace that is empty
  void collect_dependants(std::string const& uid, bool orphan);
  [[nodiscard]] bool has_dependants(std::string const& uid);
  [[nodiscard]] bool exists_uid(std::string const& uid);
  [[nodiscard]] bool owners_all_gone(json::value const& object);
  void finish_owners_of(
      json::value const& erased);  ///< owners that wait in the foreground for their dependants

  std::map<std::string, Objects> objects;  ///< by "plural.group"
  std::deque<StoreEvent> log;              ///< consecutive versions
  std::uint64_t version = 0;
  asio::steady_timer changed;  ///< never expires; cancelled at each event to wake all who wait
};

/// Fills in what a client may leave out of a built-in kind (the sandbox's parts rely on it), folds stringData
/// in.
Result<> apply_defaults(kube::ResourceType const& type, kube::Object& object, bool creating);
/// Fields that may not change once written: a Job's template, selector and completions. 422 naming the field.
[[nodiscard]] Result<> check_immutable(kube::ResourceType const& type, json::value const& before,
                                       kube::Object const& after);
[[nodiscard]] std::string make_uid();  ///< a random UUID

}  // namespace pgdrill::sandbox
