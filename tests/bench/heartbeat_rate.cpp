// How many calls a second the heartbeat makes without missing a slot: each class at its shortest interval,
// alone and all together. A slot is missed when its call had to wait for the one before it.
//
//   bench_heartbeat_rate [seconds each, default 10]
#include <fmt/format.h>

#include <cstdlib>
#include <map>

#include "harness/base/scope.hpp"
#include "tests/unit/probes/fake_namespace.hpp"

namespace {

using namespace pgdrill;
using namespace std::chrono_literals;

void measure(test::PostgresServer& server, json::array const& classes, int seconds) {
  test::FakeRun run(server.fresh_database());
  auto work = [&]() -> Task<> {
    Scope scope(co_await asio::this_coro::executor);
    auto const spec = test::probe_spec(
        "heartbeat", {{"classes", classes}, {"every", "1ms"}, {"connect_every", "10ms"}, {"timeout", "1s"}});
    auto const probe = engine::find_entry(engine::probes(), "heartbeat")->make();
    if (!co_await probe->prepare(run.context(), spec)) co_return;
    scope.spawn("probe", probe->run(run.context(), spec));
    co_await sleep_for(std::chrono::seconds(seconds));
    scope.cancel();
    co_await scope.join();
    run.close_forwards();
  };
  run_to_end(work());
  struct Count {
    int right = 0;
    int other = 0;
    int waited = 0;
  };
  std::map<std::string, Count> counts;
  for (auto const& event : run.events("sample")) {
    auto& count = counts[get_string(event, "class")];
    auto const* const waited = event.if_contains("waited");
    if (waited != nullptr && *waited == json::value(true)) {
      ++count.waited;
    } else if (get_string(event, "status") == "right") {
      ++count.right;
    } else {
      ++count.other;
    }
  }
  fmt::print("together: {}\n", json::serialize(classes));
  for (auto const& [name, count] : counts) {
    fmt::print("  {:10} {:7.1f} calls a second answered rightly, {} otherwise, {} slots waited\n", name,
               static_cast<double>(count.right) / seconds, count.other, count.waited);
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  int const seconds = argument_count > 1 ? std::atoi(arguments[1]) : 10;
  auto const server = test::PostgresServer::start();
  measure(*server, {"read-open"}, seconds);
  measure(*server, {"write"}, seconds);
  measure(*server, {"connect"}, seconds);
  measure(*server, {"connect", "read-open", "write", "read"}, seconds);
}
