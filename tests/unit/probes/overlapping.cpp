// Calls that hang delay no other call; what is known of them is told apart from what is known of now.
#include "probes/overlapping.hpp"

#include <gmock/gmock.h>

#include <boost/asio/redirect_error.hpp>

#include "harness/base/scope.hpp"
#include "tests/unit/probes/fake_namespace.hpp"

namespace pgdrill::probes {
namespace {

using namespace std::chrono_literals;
using test::FakeRun;
using test::PostgresServer;

/// A server that answers some calls only when it is told to.
struct Server {
  std::size_t hanging = 0;  ///< so many calls, the first ones, wait
  Duration deadline{};
  std::size_t called = 0;
  std::size_t running = 0;
  std::size_t most_running = 0;
  bool freed = false;
  std::optional<asio::steady_timer> release =
      {};  ///< all that hang end in one turn: no answer comes between them
};

Task<Outcome> answer(Server& server, std::size_t number) {
  ++server.running;
  server.most_running = std::max(server.most_running, server.running);
  bool const hangs = number < server.hanging;
  boost::system::error_code ignored;
  if (hangs && !server.freed)
    co_await server.release->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  --server.running;
  if (hangs) co_return failed_outcome({.kind = ErrorKind::timeout, .what = "hung"});
  co_return Outcome{.status = SampleStatus::right, .value = "1", .error = std::nullopt};
}

/// Calls every 5 ms; when `enough` is seen the hanging ones fail, and when `done` is seen all is over.
std::vector<json::object> samples_of(Server& server, std::function<bool(FakeRun const&)> enough,
                                     std::function<bool(FakeRun const&)> done) {
  FakeRun run(PostgresServer::shared().fresh_database());
  auto work = [&]() -> Task<> {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    server.release.emplace(executor, Monotonic::max());
    Scope scope(executor);
    scope.spawn("calls", call_on_schedule(
                             run.context(), "heartbeat",
                             {.name = "read",
                              .every = 5ms,
                              .deadline = server.deadline,
                              .make_link =
                                  [&run] {
                                    return std::make_unique<Link>(
                                        run.context(), cnpg::Way{.service = "none", .secret = "none"}, 1s);
                                  },
                              .call = [&server](Link&) { return answer(server, server.called++); }}));
    while (!enough(run)) co_await sleep_for(1ms);
    server.freed = true;
    server.release->cancel();
    while (!done(run)) co_await sleep_for(1ms);
    scope.cancel();
    co_await scope.join();
  };
  run_to_end(work());
  return run.events("sample");
}

std::size_t count(std::vector<json::object> const& samples, std::string_view status) {
  return static_cast<std::size_t>(std::ranges::count_if(
      samples, [&](json::object const& sample) { return get_string(sample, "status") == status; }));
}

TEST(Overlapping, ACallThatHangsDelaysNoOther) {
  Server server{.hanging = 1};
  auto const samples = samples_of(
      server, [](FakeRun const& run) { return count(run.events("sample"), "right") >= 5; },
      [](FakeRun const& run) { return count(run.events("sample"), "failed") == 1; });
  EXPECT_EQ(server.most_running, 2U);
  auto const failed = std::ranges::find_if(
      samples, [](json::object const& sample) { return get_string(sample, "status") == "failed"; });
  ASSERT_NE(failed, samples.end());
  EXPECT_TRUE(failed->contains("overtaken"));
  for (auto const& sample : samples) EXPECT_FALSE(sample.contains("waited"));
}

TEST(Overlapping, SoManyAtOnceAndNoMore) {
  Server server{.hanging = most_at_once};
  Monotonic full{};
  auto const samples = samples_of(
      server,
      [&](FakeRun const&) {
        auto const now = std::chrono::steady_clock::now();
        if (server.called == most_at_once && full == Monotonic{}) full = now;
        return full != Monotonic{} && now - full > 10 * 5ms;
      },
      [](FakeRun const& run) { return count(run.events("sample"), "right") >= 1; });
  EXPECT_EQ(server.most_running, most_at_once);
  auto const waited = std::ranges::count_if(samples, [](json::object const& sample) {
    return sample.contains("waited") && get_string(sample, "status") == "failed";
  });
  EXPECT_GE(waited, 5);
  for (auto const& sample : samples) {
    if (get_string(sample, "status") == "failed") EXPECT_FALSE(sample.contains("overtaken"));
  }
}

TEST(Overlapping, AFurtherCallWaitsForItsShareOfTheDeadline) {
  Server server{.hanging = 1, .deadline = 1h};
  Monotonic hangs{};
  samples_of(
      server,
      [&](FakeRun const&) {
        auto const now = std::chrono::steady_clock::now();
        if (server.called > 0 && hangs == Monotonic{}) hangs = now;
        return hangs != Monotonic{} && now - hangs > 20 * 5ms;
      },
      [&](FakeRun const& run) { return count(run.events("sample"), "right") >= 1; });
  EXPECT_EQ(server.most_running, 1U);
}

Task<Outcome> break_down() {
  co_await sleep_for(1ms);
  throw std::runtime_error("a bug of the probe");
}

TEST(Overlapping, ACallThatBreaksEndsTheProbe) {
  FakeRun run(PostgresServer::shared().fresh_database());
  CallClass broken{.name = "read",
                   .every = 5ms,
                   .deadline = 1s,
                   .make_link =
                       [&run] {
                         return std::make_unique<Link>(run.context(),
                                                       cnpg::Way{.service = "none", .secret = "none"}, 1s);
                       },
                   .call = [](Link&) { return break_down(); }};
  EXPECT_THROW(run_to_end(call_on_schedule(run.context(), "heartbeat", std::move(broken))),
               std::runtime_error);
}

}  // namespace
}  // namespace pgdrill::probes
