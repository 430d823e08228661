#include <gtest/gtest.h>

#include <vector>

#include "harness/base/scope.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {
namespace {

kube::Object map(std::string const& name) {
  return {{"metadata", {{"name", name}, {"namespace", "default"}}}};
}

Task<> follow(Store& store, std::uint64_t after, std::size_t count, std::vector<StoreEvent>& into) {
  auto subscription = store.subscribe(after);
  while (into.size() < count) {
    auto event = co_await (*subscription)->next();
    if (!event) co_return;
    into.push_back(*std::move(event));
  }
}

Task<> watch_while_writing(std::vector<StoreEvent>& first, std::vector<StoreEvent>& second) {
  auto const executor = co_await asio::this_coro::executor;
  Store store(executor);
  auto const start = store.version();
  Scope scope(executor);
  scope.spawn("first", follow(store, start, 3, first));
  scope.spawn("second", follow(store, start, 3, second));
  co_await sleep_for({});
  (void)store.create(kube::config_map_type, map("a"));
  (void)store.modify(kube::config_map_type, "default", "a", false,
                     [](kube::Object& object) { set(object, "data.k", "v"); });
  (void)store.remove(kube::config_map_type, "default", "a");
  co_await scope.join();
}

TEST(Subscription, GivesEachChangeInOrderToEachFollower) {
  std::vector<StoreEvent> first;
  std::vector<StoreEvent> second;
  run_to_end(watch_while_writing(first, second));
  for (auto const& events : {first, second}) {
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].type, StoreEvent::Type::added);
    EXPECT_EQ(events[1].type, StoreEvent::Type::modified);
    EXPECT_EQ(get_string(events[1].object, "data.k"), "v");
    EXPECT_EQ(events[2].type, StoreEvent::Type::deleted);
    EXPECT_LT(events[1].version, events[2].version);
    EXPECT_EQ(kube::version_of(events[2].object), std::to_string(events[2].version));
  }
}

Task<> wait_until_cancelled(bool& ended) {
  auto const executor = co_await asio::this_coro::executor;
  Store store(executor);
  std::vector<StoreEvent> none;
  Scope scope(executor);
  scope.spawn("follower", follow(store, store.version(), 1, none));
  co_await sleep_for({});
  scope.cancel();
  co_await scope.join();
  ended = none.empty();
}

TEST(Subscription, EndsWhenCancelled) {
  bool ended = false;
  run_to_end(wait_until_cancelled(ended));
  EXPECT_TRUE(ended);
}

Task<Result<StoreEvent>> fall_behind() {
  Store store(co_await asio::this_coro::executor);
  auto subscription = store.subscribe(store.version());
  for (int index = 0; index <= 10'000; ++index) {
    (void)store.create(kube::config_map_type, map("m"));
    store.finalize(kube::config_map_type, "default", "m");
  }
  auto const stale = store.subscribe(1);
  EXPECT_FALSE(stale);
  if (!stale) EXPECT_EQ(stale.error().status, 410);
  auto event = co_await (*subscription)->next();
  co_return event;
}

TEST(Subscription, TooOldIsGone) {
  auto const event = run_to_end(fall_behind());
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().kind, ErrorKind::gone);
  EXPECT_EQ(event.error().code, "Expired");
}

}  // namespace
}  // namespace pgdrill::sandbox
