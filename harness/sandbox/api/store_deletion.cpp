// How objects go: deletion marks, finalizers, grace periods, dependants, namespaces with all that they hold.
#include <fmt/format.h>

#include <algorithm>

#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/store_implementation.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::string_view foreground = "foregroundDeletion";

json::array finalizers_of(json::value const& object) {
  auto const* finalizers = find(object, "metadata.finalizers");
  return finalizers != nullptr && finalizers->is_array() ? finalizers->get_array() : json::array();
}

json::array owners_of(json::value const& object) {
  auto const* owners = find(object, "metadata.ownerReferences");
  return owners != nullptr && owners->is_array() ? owners->get_array() : json::array();
}

bool owned_by(json::value const& object, std::string const& uid) {
  return std::ranges::any_of(owners_of(object),
                             [&](json::value const& owner) { return get_string(owner, "uid") == uid; });
}

// Seconds that a pod may live on. One that has ended (or is forced) has none, other kinds never have.
int grace_of(kube::ResourceType const& type, json::value const& object, int requested) {
  if (type != kube::pod_type || requested == 0) return 0;
  std::string const phase = get_string(object, "status.phase");
  if (phase == "Succeeded" || phase == "Failed") return 0;
  if (requested > 0) return requested;
  return static_cast<int>(get_int(object, "spec.terminationGracePeriodSeconds", 30));
}

void mark_deleted(json::object& object, int grace) {
  set(object, "metadata.deletionTimestamp",
      json::value(format_rfc3339_seconds(wall_now() + std::chrono::seconds(grace))));
  set(object, "metadata.deletionGracePeriodSeconds", grace);
}

}  // namespace

Result<json::value> Store::Implementation::remove(kube::ResourceType const& type, Key const& key,
                                                  int grace_seconds, std::string const& uid,
                                                  std::string const& propagation) {
  auto const* existing = lookup(type, key.first, key.second);
  if (existing == nullptr) return fail(not_found_error(type, key.second));
  if (!uid.empty() && uid != kube::uid_of(*existing)) {
    return fail(api_error(
        409, "Conflict",
        fmt::format(
            "Operation cannot be fulfilled on {} \"{}\": the UID in the precondition ({}) does not match "
            "the UID in record ({}). The object might have been deleted and then recreated",
            std::string_view(type.kind), key.second, uid, kube::uid_of(*existing))));
  }
  bool const is_namespace = type == kube::namespace_type;
  json::value next = *existing;
  std::string const own_uid = kube::uid_of(next);
  bool const waits_for_dependants = propagation == "Foreground" && has_dependants(own_uid);
  if (waits_for_dependants) {
    json::array finalizers = finalizers_of(next);
    if (std::ranges::find(finalizers, json::value(foreground)) == finalizers.end())
      finalizers.emplace_back(foreground);
    set(next.as_object(), "metadata.finalizers", std::move(finalizers));
  }
  int const grace = grace_of(type, next, grace_seconds);
  bool const held = !finalizers_of(next).empty() || grace > 0 || is_namespace;
  if (!held) return erase(type, key, propagation == "Orphan");
  bool const marked = find(next, "metadata.deletionTimestamp") != nullptr;
  if (!marked || grace < get_int(next, "metadata.deletionGracePeriodSeconds"))
    mark_deleted(next.as_object(), grace);
  if (is_namespace) set(next.as_object(), "status.phase", "Terminating");
  if (next != *existing) put(type, key, next, StoreEvent::Type::modified);
  if (propagation == "Orphan") collect_dependants(own_uid, true);
  if (waits_for_dependants) collect_dependants(own_uid, false);
  if (is_namespace) {
    remove_contents(key.second);
    finish_namespace(key.second);
  }
  auto const* after = lookup(type, key.first, key.second);
  return after != nullptr ? *after : next;
}

json::value Store::Implementation::settle(kube::ResourceType const& type, Key const& key) {
  json::value const object = *lookup(type, key.first, key.second);
  bool const marked = find(object, "metadata.deletionTimestamp") != nullptr;
  bool const waits_for_kubelet = get_int(object, "metadata.deletionGracePeriodSeconds") > 0;
  if (!marked || waits_for_kubelet || !finalizers_of(object).empty()) return object;
  if (type == kube::namespace_type) {
    finish_namespace(key.second);
    return object;
  }
  return erase(type, key);
}

json::value Store::Implementation::erase(kube::ResourceType const& type, Key const& key, bool orphan) {
  auto& all = objects_of(type);
  auto const found = all.find(key);
  if (found == all.end()) return {};
  json::value last = std::move(found->second);
  all.erase(found);
  set(last.as_object(), "metadata.resourceVersion", json::value(std::to_string(++version)));
  log.push_back({StoreEvent::Type::deleted, version, type, last});
  if (log.size() > kept_events) log.pop_front();
  changed.cancel();
  collect_dependants(kube::uid_of(last), orphan);
  finish_owners_of(last);
  if (type.namespaced) finish_namespace(key.first);
  return last;
}

void Store::Implementation::remove_contents(std::string const& ns) {
  for (auto const& type : Store::types()) {
    if (!type.namespaced) continue;
    std::vector<Key> keys;
    for (auto const& [key, object] : objects_of(type)) {
      if (key.first == ns) keys.push_back(key);
    }
    for (auto const& key : keys) (void)remove(type, key, -1, "", "Background");
  }
}

void Store::Implementation::finish_namespace(std::string const& ns) {
  auto const* home = lookup(kube::namespace_type, "", ns);
  if (home == nullptr || find(*home, "metadata.deletionTimestamp") == nullptr ||
      !finalizers_of(*home).empty())
    return;
  for (auto const& type : Store::types()) {
    if (!type.namespaced) continue;
    for (auto const& [key, object] : objects_of(type)) {
      if (key.first == ns) return;
    }
  }
  erase(kube::namespace_type, {"", ns});
}

void Store::Implementation::collect_dependants(std::string const& uid, bool orphan) {
  for (auto const& type : Store::types()) {
    std::vector<Key> keys;
    for (auto const& [key, object] : objects_of(type)) {
      if (owned_by(object, uid)) keys.push_back(key);
    }
    for (auto const& key : keys) {
      auto const* dependant = lookup(type, key.first, key.second);
      if (dependant == nullptr) continue;
      json::array others;
      for (auto const& owner : owners_of(*dependant)) {
        std::string const other = get_string(owner, "uid");
        if (other != uid && (orphan || exists_uid(other))) others.push_back(owner);
      }
      if (!orphan && others.empty()) {
        (void)remove(type, key, -1, "", "Background");
        continue;
      }
      json::value next = *dependant;
      set(next.as_object(), "metadata.ownerReferences", std::move(others));
      put(type, key, std::move(next), StoreEvent::Type::modified);
    }
  }
}

bool Store::Implementation::has_dependants(std::string const& uid) {
  return std::ranges::any_of(objects, [&](auto const& kind) {
    return std::ranges::any_of(kind.second, [&](auto const& entry) { return owned_by(entry.second, uid); });
  });
}

bool Store::Implementation::exists_uid(std::string const& uid) {
  return std::ranges::any_of(objects, [&](auto const& kind) {
    return std::ranges::any_of(kind.second,
                               [&](auto const& entry) { return kube::uid_of(entry.second) == uid; });
  });
}

bool Store::Implementation::owners_all_gone(json::value const& object) {
  json::array const owners = owners_of(object);
  return !owners.empty() && std::ranges::none_of(owners, [&](json::value const& owner) {
    return exists_uid(get_string(owner, "uid"));
  });
}

void Store::Implementation::finish_owners_of(json::value const& erased) {
  for (auto const& owner : owners_of(erased)) {
    std::string const uid = get_string(owner, "uid");
    if (has_dependants(uid)) continue;
    for (auto const& type : Store::types()) {
      auto const& all = objects_of(type);
      auto const found =
          std::ranges::find_if(all, [&](auto const& entry) { return kube::uid_of(entry.second) == uid; });
      if (found == all.end()) continue;
      Key const key = found->first;
      json::array finalizers = finalizers_of(found->second);
      auto const mark = std::ranges::find(finalizers, json::value(foreground));
      if (mark == finalizers.end()) break;
      finalizers.erase(mark);
      json::value next = found->second;
      set(next.as_object(), "metadata.finalizers", std::move(finalizers));
      put(type, key, std::move(next), StoreEvent::Type::modified);
      settle(type, key);
      break;
    }
  }
}

}  // namespace pgdrill::sandbox
