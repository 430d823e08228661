// Each way in which a server can fail a state probe: told apart, and never waited for beyond its deadline.
#include <gmock/gmock.h>
#include <signal.h>

#include <pqxx/pqxx>
#include <thread>

#include "probes/digest_snapshot.hpp"
#include "probes/fingerprint_snapshot.hpp"
#include "probes/structure_queries.hpp"
#include "tests/support/postgres_server.hpp"
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
};

Task<Result<json::object>> digest(ConnectionParameters database, Duration within) {
  return capture_digest(std::move(database), true, {.statement = within, .whole = within, .lock = within});
}

class StateProbeFailures : public testing::TestWithParam<Look> {
 protected:
  /// The class and the code of what the capture says.
  static std::string told(Result<json::object> const& result) {
    if (result) return "no failure";
    return postgres::error_class(result.error()) + " " + result.error().code;
  }
  static std::string capture(ConnectionParameters database, Duration within) {
    return told(run_to_end(GetParam().capture(std::move(database), within)));
  }
};

/// Kills the server when somebody waits for `table`.
void kill_in_the_middle(PostgresServer& server, ConnectionParameters database, std::string table) {
  auto const lost =
      postgres::transaction_blocking(database, 60s, true, [&](pqxx::transaction_base& holder) -> Result<> {
        holder.exec("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        auto const waits =
            "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = '" + table + "'::regclass";
        while (!holder.exec1(waits)[0].as<bool>()) std::this_thread::sleep_for(5ms);
        server.kill();
        holder.exec("SELECT 1");
        return {};
      });
  EXPECT_FALSE(lost);
}

TEST_P(StateProbeFailures, KilledInTheMiddle) {
  auto const server = PostgresServer::start();
  auto const database = server->fresh_database("CREATE TABLE public.held (n int PRIMARY KEY)");
  std::thread killer([&] { kill_in_the_middle(*server, database, GetParam().reads); });
  std::string said;
  // Until the lock is held the capture finds nothing to wait for.
  do {
    said = capture(database, 60s);
  } while (said == "no failure");
  killer.join();
  EXPECT_EQ(said, "transport lost");
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
                         testing::Values(Look{"digest", "public.held", digest},
                                         Look{"fingerprint", "pg_catalog.pg_description",
                                              capture_fingerprint},
                                         Look{"structure", "public.held", capture_structure}),
                         [](auto const& info) { return info.param.name; });

}  // namespace
}  // namespace pgdrill::probes
