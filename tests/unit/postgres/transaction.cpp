#include <gmock/gmock.h>
#include <signal.h>

#include <pqxx/pqxx>

#include "harness/postgres/connection.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::postgres {
namespace {

using namespace std::chrono_literals;
using test::PostgresServer;
using Work = std::function<Result<>(pqxx::transaction_base&)>;

Result<> transact(ConnectionParameters parameters, bool writable, Work work, Duration limit = 10s) {
  return run_to_end(in_transaction(std::move(parameters), limit, writable, std::move(work)));
}

TEST(Transaction, CommitsWhenTheWorkSucceedsAndRollsBackWhenItFails) {
  auto const parameters = PostgresServer::shared().fresh_database("CREATE TABLE public.t (n int)");
  ASSERT_TRUE(transact(parameters, true, [](auto& transaction) -> Result<> {
    transaction.exec("INSERT INTO public.t VALUES (1)");
    return {};
  }));
  auto const failed = transact(parameters, true, [](auto& transaction) -> Result<> {
    transaction.exec("INSERT INTO public.t VALUES (2)");
    return fail({.kind = ErrorKind::invalid, .what = "ours"});
  });
  EXPECT_EQ(failed.error().what, "ours");
  EXPECT_EQ(test::query_value(parameters, "SELECT string_agg(n::text, ',') FROM t"), "1");
}

TEST(Transaction, ReadOnlyRefusesToWrite) {
  auto const parameters = PostgresServer::shared().fresh_database("CREATE TABLE public.t (n int)");
  auto const result = transact(parameters, false, [](auto& transaction) -> Result<> {
    transaction.exec("INSERT INTO public.t VALUES (1)");
    return {};
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::postgres);
  EXPECT_EQ(result.error().code, "25006");
}

TEST(Transaction, PinsWhatTextDependsOn) {
  auto const parameters = PostgresServer::shared().fresh_database();
  test::run_sql(parameters, "ALTER DATABASE " + parameters.database + " SET TimeZone = 'America/New_York'");
  test::run_sql(parameters, "ALTER DATABASE " + parameters.database + " SET DateStyle = 'German'");
  test::run_sql(parameters, "ALTER DATABASE " + parameters.database + " SET bytea_output = 'escape'");
  test::run_sql(parameters, "ALTER DATABASE " + parameters.database + " SET extra_float_digits = 0");
  std::string text;
  ASSERT_TRUE(transact(parameters, false, [&text](auto& transaction) -> Result<> {
    text = transaction
               .exec1(
                   "SELECT row('2026-01-02 03:04:05+00'::timestamptz, '\\x00ff'::bytea, 0.1::float8 + "
                   "0.2::float8)::text")[0]
               .c_str();
    return {};
  }));
  EXPECT_EQ(text, R"(("2026-01-02 03:04:05+00","\\x00ff",0.30000000000000004))");
}

TEST(Transaction, StatementTimeOutIsTheServers) {
  auto const result = transact(
      PostgresServer::shared().parameters(), false,
      [](auto& transaction) -> Result<> {
        transaction.exec("SELECT pg_sleep(60)");
        return {};
      },
      100ms);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "57014");
}

TEST(Transaction, LostConnectionIsNotMendedSilently) {
  auto const parameters = PostgresServer::shared().fresh_database();
  auto const result = transact(parameters, true, [&parameters](auto& transaction) -> Result<> {
    std::string const pid = transaction.exec1("SELECT pg_backend_pid()")[0].c_str();
    test::run_sql(parameters, "SELECT pg_terminate_backend(" + pid + ", 5000)");
    try {
      transaction.exec("SELECT 1");
    } catch (std::exception const&) {
      // A caller that swallows the loss must not go on with another session.
    }
    transaction.exec("SELECT 2");
    return {};
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unreachable);
}

// libpqxx tells of a mere loss; the server's last words have the SQLSTATE.
TEST(Transaction, AServerThatEndsTheSessionSaysWhy) {
  auto const result =
      transact(PostgresServer::shared().parameters(), true, [](auto& transaction) -> Result<> {
        transaction.exec("SELECT pg_terminate_backend(pg_backend_pid())");
        transaction.exec("SELECT 1");
        return {};
      });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::postgres) << describe(result.error());
  EXPECT_EQ(result.error().code, "57P01");
}

TEST(Transaction, FrozenServerGivesTheThreadBack) {
  auto const server = PostgresServer::start();
  auto const result = transact(
      server->parameters(), false,
      [&server](auto& transaction) -> Result<> {
        server->signal_all(SIGSTOP);
        transaction.exec("SELECT 1");
        return {};
      },
      100ms);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
}

TEST(Transaction, RefusedConnectionIsPostgres) {
  auto const result =
      transact(PostgresServer::shared().parameters("nowhere"), false, [](auto&) -> Result<> { return {}; });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::postgres);
  EXPECT_EQ(result.error().code, "3D000");
}

}  // namespace
}  // namespace pgdrill::postgres
