// A server for the length of a job.
#include "harness/sandbox/cnpg/manager_commands.hpp"
#include "harness/sandbox/cnpg/manager_sql.hpp"
#include "harness/sandbox/cnpg/postgres_server.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr auto poll_interval = std::chrono::milliseconds(100);

/// Waits until connections are accepted. PostgreSQL has no event for that.
Task<Result<>> wait_until_answering(ManagerContext const& context, PostgresServer const& server) {
  while (true) {
    auto connection = ManagerSql::connect(context);
    if (connection) co_return Result<>();
    if (!server.running()) {
      co_return fail({.kind = ErrorKind::io,
                      .what = "while activating instance",
                      .why = "error starting PostgreSQL instance: exit status 1"});
    }
    co_await sleep_for(poll_interval);
  }
}

Task<Result<>> serve_job(ManagerContext const& context, std::function<Task<Result<>>()> const& work) {
  auto executor = co_await asio::this_coro::executor;
  Scope scope(executor);
  auto server = PostgresServer::start(executor, scope, context);
  if (!server) co_return tl::make_unexpected(server.error());
  Result<> result = co_await wait_until_answering(context, **server);
  if (result) result = co_await work();
  (*server)->request_shutdown(Shutdown::fast);
  int const code = co_await (*server)->wait();
  co_await scope.join();
  if (result && code != 0) {
    result =
        fail({.kind = ErrorKind::io, .what = "postgres ended", .why = fmt::format("exit status {}", code)});
  }
  co_return result;
}

}  // namespace

Result<> with_server(ManagerContext const& context, std::function<Task<Result<>>()> work) {
  return run_to_end(serve_job(context, work));
}

}  // namespace pgdrill::sandbox::cnpg
