// Each way in which a server can fail a state probe: told apart, and never waited for beyond its deadline.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>
#include <pqxx/pqxx>
#include <thread>

#include "probes/digest_snapshot.hpp"
#include "probes/fingerprint_snapshot.hpp"
#include "probes/structure_queries.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/self_signed.hpp"
#include "tests/support/welcoming_server.hpp"

namespace pgdrill::probes {
namespace {

using namespace std::chrono_literals;
using postgres::ConnectionParameters;
using test::PostgresServer;

struct Look {
  std::string name;
  std::string reads;  ///< a table that it reads, and no session needs for its start
  Task<Result<json::object>> (*capture)(ConnectionParameters database, Duration within);
  std::string locked_out;  ///< what it says when that table is locked
};

Task<Result<json::object>> digest(ConnectionParameters database, Duration within) {
  return capture_digest(std::move(database), true,
                        {.statement = within, .whole = within, .lock = within / 2});
}

/// However slow the machine is, what takes longer past its deadline has none.
constexpr auto patience = 20s;

class StateProbeFailures : public testing::TestWithParam<Look> {
 protected:
  /// The class and the code of what the capture says.
  static std::string told(Result<json::object> const& result) {
    if (result) return "no failure";
    return postgres::error_class(result.error()) + " " + result.error().code;
  }
  /// The same of a whole capture; "late" for one that has gone on far beyond each deadline of these tests.
  static std::string capture(ConnectionParameters database, Duration within) {
    auto const begun = std::chrono::steady_clock::now();
    std::string const said = told(run_to_end(GetParam().capture(std::move(database), within)));
    return std::chrono::steady_clock::now() - begun < within + patience ? said : "late: " + said;
  }
  /// Until the lock is held a capture finds nothing to wait for.
  static std::string capture_until_failure(ConnectionParameters const& database,
                                           std::atomic<bool> const& over) {
    std::string said = "no failure";
    while (said == "no failure" && !over) said = capture(database, 60s);
    return said;
  }
};

/// Holds `table` until somebody waits for it, and then does what a test is about.
Result<> in_the_middle(ConnectionParameters database, std::string table,
                       std::function<void(pqxx::transaction_base&)> act) {
  return postgres::transaction_blocking(database, 60s, true, [&](pqxx::transaction_base& holder) -> Result<> {
    holder.exec("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
    auto const waits =
        "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = '" + table + "'::regclass";
    while (!holder.exec1(waits)[0].as<bool>()) std::this_thread::sleep_for(5ms);
    act(holder);
    return {};
  });
}

TEST_P(StateProbeFailures, KilledInTheMiddle) {
  auto const server = PostgresServer::start();
  auto const database = server->fresh_database("CREATE TABLE public.held (n int PRIMARY KEY)");
  std::atomic<bool> over = false;
  std::thread killer([&] {
    EXPECT_FALSE(in_the_middle(database, GetParam().reads, [&](pqxx::transaction_base& holder) {
      server->kill();
      holder.exec("SELECT 1");
    }));
    over = true;
  });
  std::string const said = capture_until_failure(database, over);
  killer.join();
  EXPECT_EQ(said, "transport lost");
}

// The server says why it ends the session: its SQLSTATE, and no mere loss.
TEST_P(StateProbeFailures, TerminatedInTheMiddle) {
  auto const server = PostgresServer::start();
  auto const database = server->fresh_database("CREATE TABLE public.held (n int PRIMARY KEY)");
  std::atomic<bool> over = false;
  std::thread holder([&] {
    EXPECT_TRUE(in_the_middle(database, GetParam().reads, [](pqxx::transaction_base& mine) {
      mine.exec("SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE NOT granted AND relation = '" +
                GetParam().reads + "'::regclass");
    }));
    over = true;
  });
  std::string const said = capture_until_failure(database, over);
  holder.join();
  EXPECT_EQ(said, "57 57P01");
}

// A lock that nobody gives up costs the deadline, which the server itself keeps: it says so by its SQLSTATE.
TEST_P(StateProbeFailures, LockedOut) {
  auto const server = PostgresServer::start();
  auto const database = server->fresh_database("CREATE TABLE public.held (n int PRIMARY KEY)");
  auto const held =
      postgres::transaction_blocking(database, 60s, true, [&](pqxx::transaction_base& holder) -> Result<> {
        holder.exec("LOCK TABLE " + GetParam().reads + " IN ACCESS EXCLUSIVE MODE");
        EXPECT_EQ(capture(database, 1s), GetParam().locked_out);
        return {};
      });
  EXPECT_TRUE(held);
}

TEST_P(StateProbeFailures, CertificateThatHasExpired) {
  auto const server = PostgresServer::start();
  auto const data = server->directory() / "data";
  auto database = server->fresh_database();
  database.ssl_mode = "verify-ca";
  database.root_certificate = (data / "server.crt").string();
  EXPECT_EQ(capture(database, 60s), "no failure");
  server->kill();
  test::write_self_signed(data, -3600);
  std::string const ours = fmt::format("chown --reference={0} {0}/server.key {0}/server.crt", data.string());
  ASSERT_EQ(std::system(ours.c_str()), 0);
  server->launch();
  EXPECT_EQ(capture(database, 60s), "transport tls");
}

TEST_P(StateProbeFailures, Frozen) {
  auto const server = PostgresServer::start();
  server->signal_all(SIGSTOP);
  EXPECT_EQ(capture(server->parameters(), 100ms), "timeout ");
}

TEST_P(StateProbeFailures, FrozenRightAfterConnecting) {
  test::WelcomingServer const server(test::Then::stays_silent);
  EXPECT_EQ(capture(server.parameters(), 100ms), "timeout ");
}

TEST_P(StateProbeFailures, TooManyConnections) {
  auto const server = PostgresServer::start({"max_connections=10", "superuser_reserved_connections=0"});
  auto const fill_and_capture = [](ConnectionParameters to) -> Task<std::string> {
    std::vector<std::unique_ptr<postgres::AsyncConnection>> all;
    while (auto one = co_await postgres::AsyncConnection::connect(to, 60s)) all.push_back(*std::move(one));
    co_return told(co_await GetParam().capture(to, 60s));
  };
  EXPECT_EQ(run_to_end(fill_and_capture(server->parameters())), "53 53300");
}

TEST_P(StateProbeFailures, NobodyListens) {
  auto const server = PostgresServer::start();
  server->kill();
  EXPECT_EQ(capture(server->parameters(), 60s), "transport refused");
}

TEST_P(StateProbeFailures, NoSuchHost) {
  auto database = PostgresServer::shared().parameters();
  database.host = "nowhere.invalid";
  database.host_address.clear();
  EXPECT_EQ(capture(database, 60s), "transport dns");
}

INSTANTIATE_TEST_SUITE_P(Of, StateProbeFailures,
                         testing::Values(Look{"digest", "public.held", digest, "55 55P03"},
                                         Look{"fingerprint", "pg_catalog.pg_description", capture_fingerprint,
                                              "57 57014"},
                                         Look{"structure", "public.held", capture_structure, "57 57014"}),
                         [](auto const& info) { return info.param.name; });

}  // namespace
}  // namespace pgdrill::probes
