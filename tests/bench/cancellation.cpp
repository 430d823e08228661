// How long cancellation takes to end each kind of wait: timer, HTTP, WebSocket, libpq, process, undo turn.
#include <cstdio>

#include "harness/base/process.hpp"
#include "harness/base/scope.hpp"
#include "harness/cli/connect.hpp"
#include "harness/cnpg/database_access.hpp"
#include "harness/postgres/connection.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::bench {
namespace {

constexpr auto settling = std::chrono::seconds(1);  // until each wait is under way

struct Waits {
  std::shared_ptr<kube::Client> client;
  postgres::ConnectionParameters database;
  std::string pod;
};

Task<> timer(Waits&) { co_await sleep_for(std::chrono::hours(1)); }

Task<> http_watch(Waits& waits) {
  std::unique_ptr<kube::Watch> const watch = waits.client->watch(kube::lease_type, "develop");
  while (true) static_cast<void>(co_await watch->next());
}

Task<> websocket_exec(Waits& waits) {
  static_cast<void>(co_await waits.client->exec("develop", waits.pod, "postgres", {"sleep", "60"}));
}

Task<> libpq_query(Waits& waits) {
  auto connection = co_await postgres::AsyncConnection::connect(waits.database, std::chrono::seconds(10));
  if (connection) {
    static_cast<void>(co_await (*connection)->query("SELECT pg_sleep(60)", {}, std::chrono::minutes(2)));
  }
}

Task<> process(Waits&) { static_cast<void>(co_await run_process({.command = {"sleep", "60"}})); }

Task<Result<double>> measure(Waits& waits, Task<> (*wait)(Waits&)) {
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("wait", wait(waits));
  co_await sleep_for(settling);
  if (scope.running() == 0) {
    co_await scope.join();
    co_return fail({.kind = ErrorKind::internal, .what = "it ended before it was cancelled"});
  }
  Monotonic const started = std::chrono::steady_clock::now();
  scope.cancel();
  co_await scope.join();
  co_return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
}

Task<Result<bool>> measure_all(std::string kubeconfig) {
  cli::Arguments arguments;
  arguments.set("kubeconfig", {kubeconfig});
  CO_TRY(cli::Connection const connection, co_await cli::connect(arguments));
  cnpg::DatabaseAccess databases(connection.client, "develop");
  Waits waits{.client = connection.client, .database = {}, .pod = ""};
  CO_TRY(waits.database, co_await databases.reach("orders-db", "orders-app"));
  CO_TRY(waits.pod, co_await databases.primary_pod("orders"));
  struct Kind {
    char const* name;
    Task<> (*wait)(Waits&);
  };
  bool good = true;
  for (Kind const kind :
       {Kind{"timer", timer}, Kind{"HTTP (watch)", http_watch}, Kind{"WebSocket (exec)", websocket_exec},
        Kind{"libpq (query)", libpq_query}, Kind{"process", process}}) {
    Result<double> const took = co_await measure(waits, kind.wait);
    if (took) {
      std::printf("%-20s %8.3f ms\n", kind.name, *took);
    } else {
      std::printf("%-20s %s\n", kind.name, ::pgdrill::describe(took.error()).c_str());
    }
    good = good && took && *took < 100;
  }
  co_return good;
}

int run() {
  test::Sandbox const sandbox;
  if (!sandbox.healthy()) return 1;
  Result<bool> const good = run_to_end(measure_all(sandbox.kubeconfig()));
  if (!good) std::fprintf(stderr, "%s\n", ::pgdrill::describe(good.error()).c_str());
  return good && *good ? 0 : 1;
}

}  // namespace
}  // namespace pgdrill::bench

int main() { return pgdrill::bench::run(); }
