#include "harness/sandbox/flux/worker.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <map>

namespace pgdrill::sandbox {

namespace {

struct Each {
  Store& store;
  kube::ResourceType type;
  std::vector<kube::ResourceType> also;
  std::function<bool(json::value const&)> is_due;
  ReconcileObject reconcile;
  std::map<std::string, asio::steady_timer*> sleeping;  ///< by uid: workers that wait for their time
};

/// Sleeps until the time or until woken; a cancelled sleeper throws.
Task<> sleep_until_woken(Each& each, std::string uid, Duration limit) {
  asio::steady_timer timer(co_await asio::this_coro::executor, limit);
  each.sleeping[uid] = &timer;
  struct Leave {
    Each& each;
    std::string const& uid;
    ~Leave() { each.sleeping.erase(uid); }
  } const leave{each, uid};
  boost::system::error_code woken;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  asio::cancellation_state const state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

Task<> work(Each& each, std::string ns, std::string name, std::string uid) {
  Monotonic next = Monotonic::min();
  while (true) {
    Result<json::value> const object = each.store.get(each.type, ns, name);
    if (!object || kube::uid_of(*object) != uid) co_return;
    bool const time_has_come = std::chrono::steady_clock::now() >= next;
    if (time_has_come || each.is_due(*object)) {
      Duration const pause = co_await each.reconcile(*object);
      next = std::chrono::steady_clock::now() + pause;
      continue;  // what changed meanwhile is looked at before sleeping
    }
    co_await sleep_until_woken(each, uid, next - std::chrono::steady_clock::now());
  }
}

void wake_all(Each& each) {
  for (auto const& [uid, timer] : each.sleeping) timer->cancel();
}

Task<> follow(Scope& scope, Each& each) {
  std::vector<std::string> known;
  while (true) {
    Result<std::unique_ptr<Store::Subscription>> subscription = each.store.subscribe(each.store.version());
    for (json::value const& object : each.store.list(each.type, "")) {
      std::string const uid = kube::uid_of(object);
      if (std::ranges::find(known, uid) != known.end()) continue;
      known.push_back(uid);
      scope.spawn(std::string(each.type.kind),
                  work(each, get_string(object, "metadata.namespace"), kube::name_of(object), uid));
    }
    wake_all(each);
    bool concerns = false;
    while (subscription && !concerns) {
      Result<StoreEvent> const event = co_await (*subscription)->next();
      if (!event) break;
      concerns = event->type_of_object == each.type ||
                 std::ranges::find(each.also, event->type_of_object) != each.also.end();
    }
  }
}

}  // namespace

Task<> reconcile_each(Store& store, kube::ResourceType type, std::vector<kube::ResourceType> also,
                      std::function<bool(json::value const&)> is_due, ReconcileObject reconcile) {
  Each each{.store = store,
            .type = type,
            .also = std::move(also),
            .is_due = std::move(is_due),
            .reconcile = std::move(reconcile),
            .sleeping = {}};
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return follow(scope, each); };
  co_await with_scope(std::move(body));
}

}  // namespace pgdrill::sandbox
