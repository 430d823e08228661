#include <gmock/gmock.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "harness/base/scope.hpp"
#include "harness/postgres/connection.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::postgres {
namespace {

using namespace std::chrono_literals;
using test::PostgresServer;
using ConnectionPointer = std::unique_ptr<AsyncConnection>;

ConnectionPointer connected(Result<ConnectionPointer> result) {
  EXPECT_TRUE(result) << describe(result.error());
  return std::move(*result);
}

TEST(AsyncConnection, TellsNullFromEmptyAndTakesParameters) {
  auto const work = [](ConnectionParameters parameters) -> Task<Rows> {
    auto const connection = connected(co_await AsyncConnection::connect(parameters, 10s));
    auto rows = co_await connection->query("SELECT $1::text AS a, $2::text AS b, $3::int + 1 AS c",
                                           {std::nullopt, "", "41"}, 10s);
    EXPECT_TRUE(rows) << describe(rows.error());
    EXPECT_FALSE(connection->broken());
    EXPECT_GT(connection->backend_pid(), 0);
    co_return *rows;
  };
  Rows const rows = run_to_end(work(PostgresServer::shared().parameters()));
  EXPECT_THAT(rows.columns, testing::ElementsAre("a", "b", "c"));
  ASSERT_EQ(rows.rows.size(), 1U);
  EXPECT_EQ(rows.rows[0][0], std::nullopt);
  EXPECT_EQ(rows.rows[0][1], "");
  EXPECT_EQ(rows.rows[0][2], "42");
  EXPECT_EQ(rows.scalar(), "");
}

TEST(AsyncConnection, LargeParametersAndResultsPass) {
  auto const work = [](ConnectionParameters parameters) -> Task<std::size_t> {
    auto const connection = connected(co_await AsyncConnection::connect(parameters, 10s));
    auto rows = co_await connection->query("SELECT $1::text", {std::string(32U << 20U, 'x')}, 60s);
    EXPECT_TRUE(rows) << describe(rows.error());
    co_return rows->scalar().size();
  };
  EXPECT_EQ(run_to_end(work(PostgresServer::shared().parameters())), 32U << 20U);
}

TEST(AsyncConnection, CountsAffectedRows) {
  auto const parameters =
      PostgresServer::shared().fresh_database("CREATE TABLE t AS SELECT generate_series(1, 9) AS n");
  auto const work = [](ConnectionParameters to) -> Task<std::int64_t> {
    auto const connection = connected(co_await AsyncConnection::connect(to, 10s));
    auto rows = co_await connection->query("DELETE FROM t WHERE n > $1", {"4"}, 10s);
    co_return rows->affected;
  };
  EXPECT_EQ(run_to_end(work(parameters)), 5);
}

TEST(AsyncConnection, StatementErrorKeepsTheConnection) {
  auto const work = [](ConnectionParameters parameters) -> Task<> {
    auto const connection = connected(co_await AsyncConnection::connect(parameters, 10s));
    auto const refused = co_await connection->query("SELECT 1/0", {}, 10s);
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::postgres);
    EXPECT_EQ(refused.error().code, "22012");
    EXPECT_EQ(error_class(refused.error()), "22");
    EXPECT_FALSE(connection->broken());
    auto const next = co_await connection->query("SELECT 7", {}, 10s);
    EXPECT_EQ(next->scalar(), "7");
  };
  run_to_end(work(PostgresServer::shared().parameters()));
}

Result<ConnectionPointer> connect_to(ConnectionParameters parameters, Duration limit) {
  auto attempt = [](ConnectionParameters to, Duration within) -> Task<Result<ConnectionPointer>> {
    co_return co_await AsyncConnection::connect(to, within);
  };
  return run_to_end(attempt(std::move(parameters), limit));
}

TEST(AsyncConnection, RefusedConnectionsCarryTheirCode) {
  auto parameters = PostgresServer::shared().parameters("no_such_database");
  parameters.password = "geheim";
  auto const result = connect_to(parameters, 10s);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::postgres);
  EXPECT_EQ(result.error().code, "3D000");
  EXPECT_THAT(result.error().why, testing::HasSubstr("no_such_database"));
  EXPECT_THAT(describe(result.error()), testing::Not(testing::HasSubstr("geheim")));
}

TEST(AsyncConnection, NobodyListeningIsTransport) {
  auto parameters = PostgresServer::shared().parameters();
  parameters.port = 1;
  auto const result = connect_to(parameters, 10s);
  ASSERT_FALSE(result);
  EXPECT_EQ(error_class(result.error()), "transport");
}

TEST(AsyncConnection, UnknownHostIsTransport) {
  auto parameters = PostgresServer::shared().parameters();
  parameters.host = "no-such-host.invalid";
  parameters.host_address.clear();
  auto const result = connect_to(parameters, 30s);
  ASSERT_FALSE(result);
  EXPECT_EQ(error_class(result.error()), "transport");
}

TEST(AsyncConnection, TimeOutLeavesItBroken) {
  auto const work = [](ConnectionParameters parameters) -> Task<> {
    auto const connection = connected(co_await AsyncConnection::connect(parameters, 10s));
    auto const slow = co_await connection->query("SELECT pg_sleep(60)", {}, 50ms);
    EXPECT_FALSE(slow);
    EXPECT_EQ(error_class(slow.error()), "timeout");
    EXPECT_TRUE(connection->broken());
    auto const next = co_await connection->query("SELECT 1", {}, 10s);
    EXPECT_FALSE(next);
    EXPECT_EQ(error_class(next.error()), "transport");
  };
  run_to_end(work(PostgresServer::shared().parameters()));
}

/// Waits until the server runs a statement that holds `text`.
Task<> wait_running(ConnectionParameters parameters, std::string text) {
  auto const connection = connected(co_await AsyncConnection::connect(parameters, 10s));
  std::string running = "0";
  while (running == "0") {
    auto rows = co_await connection->query(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query "
        "LIKE $1",
        {"%" + text + "%"}, 10s);
    running = rows->scalar();
  }
}

Task<> query_into(AsyncConnection& connection, std::string sql, std::optional<Result<Rows>>& into) {
  into = co_await connection.query(std::move(sql), {}, 60s);
}

TEST(AsyncConnection, KilledServerIsALostConnectionAndStaysLost) {
  auto const server = PostgresServer::start();
  auto const work = [](PostgresServer& victim) -> Task<> {
    auto const connection = connected(co_await AsyncConnection::connect(victim.parameters(), 10s));
    std::optional<Result<Rows>> outcome;
    Scope scope(co_await asio::this_coro::executor);
    scope.spawn("query", query_into(*connection, "SELECT pg_sleep(60), 'doomed'", outcome));
    co_await wait_running(victim.parameters(), "doomed");
    victim.kill();
    co_await scope.join();
    EXPECT_TRUE(outcome);
    EXPECT_FALSE(*outcome);
    EXPECT_EQ(error_class(outcome->error()), "transport");
    EXPECT_TRUE(connection->broken());
  };
  run_to_end(work(*server));
}

TEST(AsyncConnection, TerminatedBackendTellsItsCode) {
  auto const work = [](ConnectionParameters parameters) -> Task<> {
    auto const victim = connected(co_await AsyncConnection::connect(parameters, 10s));
    auto const killer = connected(co_await AsyncConnection::connect(parameters, 10s));
    std::optional<Result<Rows>> outcome;
    Scope scope(co_await asio::this_coro::executor);
    scope.spawn("query", query_into(*victim, "SELECT pg_sleep(60), 'terminated'", outcome));
    co_await wait_running(parameters, "terminated");
    co_await killer->query("SELECT pg_terminate_backend($1)", {std::to_string(victim->backend_pid())}, 10s);
    co_await scope.join();
    EXPECT_EQ(outcome->error().code, "57P01");
    EXPECT_EQ(error_class(outcome->error()), "57");
    EXPECT_TRUE(victim->broken());
  };
  run_to_end(work(PostgresServer::shared().parameters()));
}

TEST(AsyncConnection, CancellationEndsAStatementAndBreaksTheConnection) {
  auto const work = [](ConnectionParameters parameters) -> Task<> {
    auto const connection = connected(co_await AsyncConnection::connect(parameters, 10s));
    std::optional<Result<Rows>> outcome;
    Scope scope(co_await asio::this_coro::executor);
    scope.spawn("query", query_into(*connection, "SELECT pg_sleep(60), 'cancelled'", outcome));
    co_await wait_running(parameters, "cancelled");
    scope.cancel();
    co_await scope.join();
    EXPECT_FALSE(outcome);
    EXPECT_TRUE(connection->broken());
  };
  run_to_end(work(PostgresServer::shared().parameters()));
}

/// Waits until the server runs no statement that holds `text` any more; false after some seconds.
Task<bool> ends_running(ConnectionParameters parameters, std::string text) {
  auto const connection = connected(co_await AsyncConnection::connect(parameters, 10s));
  auto const give_up = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < give_up) {
    auto rows = co_await connection->query(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query "
        "LIKE $1",
        {"%" + text + "%"}, 10s);
    if (rows && rows->scalar() == "0") co_return true;
    co_await sleep_for(5ms);
  }
  co_return false;
}

// Else a client whose calls wait for a lock would fill the server with them, one at each deadline.
TEST(AsyncConnection, AnAbandonedStatementIsCancelledInTheServer) {
  auto const parameters = PostgresServer::shared().fresh_database("CREATE TABLE t (n int)");
  auto const work = [](ConnectionParameters to) -> Task<> {
    auto const holder = connected(co_await AsyncConnection::connect(to, 10s));
    auto const waiter = connected(co_await AsyncConnection::connect(to, 10s));
    co_await holder->query("BEGIN", {}, 10s);
    co_await holder->query("LOCK TABLE t", {}, 10s);
    auto const slow = co_await waiter->query("INSERT INTO t VALUES (1) /* abandoned */", {}, 200ms);
    EXPECT_EQ(error_class(slow.error()), "timeout");
    bool const ended = co_await ends_running(to, "/* abandoned */");
    EXPECT_TRUE(ended) << "it still waits for its lock";
    std::optional<Result<Rows>> outcome;
    auto const cancelled = connected(co_await AsyncConnection::connect(to, 10s));
    Scope scope(co_await asio::this_coro::executor);
    scope.spawn("query", query_into(*cancelled, "SELECT pg_sleep(60), 'left behind'", outcome));
    co_await wait_running(to, "left behind");
    scope.cancel();
    co_await scope.join();
    bool const left = co_await ends_running(to, "left behind");
    EXPECT_TRUE(left) << "it sleeps on";
  };
  run_to_end(work(parameters));
}

TEST(AsyncConnection, FrozenServerIsATimeOutNotAHang) {
  auto const server = PostgresServer::start();
  server->signal_all(SIGSTOP);
  auto const result = connect_to(server->parameters(), 200ms);
  ASSERT_FALSE(result);
  EXPECT_EQ(error_class(result.error()), "timeout");
  EXPECT_THAT(result.error().where, testing::HasSubstr("postgres@localhost"));
}

}  // namespace
}  // namespace pgdrill::postgres
