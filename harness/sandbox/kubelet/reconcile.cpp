#include "harness/sandbox/kubelet/reconcile.hpp"

#include <algorithm>

namespace pgdrill::sandbox {
namespace {

bool concerns(StoreEvent const& event, std::vector<kube::ResourceType> const& types) {
  return std::ranges::find(types, event.type_of_object) != types.end();
}

/// Waits for news of these types or for the time. False: events were lost, all has to be read anew.
Task<bool> wait_for_news(Store& store, Store::Subscription& subscription,
                         std::vector<kube::ResourceType> const& types, Monotonic until) {
  while (true) {
    auto const now = std::chrono::steady_clock::now();
    if (until <= now) co_return true;
    Result<StoreEvent> event;
    if (until == Monotonic::max()) {
      event = co_await subscription.next();
    } else {
      event = co_await with_deadline(subscription.next(), until - now, "news");
    }
    if (!event && event.error().kind == ErrorKind::timeout) co_return true;
    if (!event) co_return false;
    bool news = concerns(*event, types);
    while (event->version < store.version()) {
      event = co_await subscription.next();
      if (!event) co_return false;
      news = news || concerns(*event, types);
    }
    if (news) co_return true;
  }
}

}  // namespace

Task<> reconcile_forever(Store& store, std::vector<kube::ResourceType> types, Reconcile reconcile) {
  while (true) {
    auto subscription = store.subscribe(store.version());
    bool complete = subscription.has_value();
    while (complete) {
      Monotonic const next = reconcile();
      complete = co_await wait_for_news(store, **subscription, types, next);
    }
  }
}

json::object controller_reference(json::value const& owner) {
  return {{"apiVersion", get_string(owner, "apiVersion")},
          {"kind", get_string(owner, "kind")},
          {"name", kube::name_of(owner)},
          {"uid", kube::uid_of(owner)},
          {"controller", true},
          {"blockOwnerDeletion", true}};
}

bool is_owned_by(json::value const& object, std::string const& uid) {
  auto const* owners = find(object, "metadata.ownerReferences");
  if (owners == nullptr || !owners->is_array()) return false;
  return std::ranges::any_of(owners->get_array(),
                             [&](json::value const& owner) { return get_string(owner, "uid") == uid; });
}

}  // namespace pgdrill::sandbox
