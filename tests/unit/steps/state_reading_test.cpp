// How capture-target and verify read the state of the data: within limits, and from a replica that has caught
// up.
#include "harness/steps/state_reading.hpp"

#include <gmock/gmock.h>

#include <pqxx/pqxx>

#include "probes/digest_reading.hpp"
#include "probes/load_limits.hpp"
#include "tests/unit/probes/fake_namespace.hpp"

namespace pgdrill::steps {
namespace {

using namespace std::chrono_literals;
using test::FakeRun;
using test::PostgresServer;

engine::Entry<engine::StateProbe> const& probe(std::string_view name) {
  return *engine::find_entry(engine::state_probes(), name);
}

Task<Result<StateSnapshot>> read_and_close(FakeRun& run, std::string name, StateReading reading) {
  Result<StateSnapshot> snapshot = co_await read_state(run.context(), probe(name), std::move(reading));
  run.close_forwards();
  co_return snapshot;
}

Result<StateSnapshot> read(FakeRun& run, StateReading reading, std::string const& name = "digest") {
  return run_to_end(read_and_close(run, name, std::move(reading)));
}

std::int64_t rows(StateSnapshot const& snapshot) {
  json::value const content(snapshot.content);
  return get_int(content.at("tables").at("public.t"), "count");
}

class ReplicaReading : public testing::Test {
 protected:
  ReplicaReading() : run_(primary_->parameters()) {
    run_.backend().replica = standby_->parameters();
    test::run_sql(primary_->parameters(), "CREATE TABLE t AS SELECT 1 AS n");
  }
  std::unique_ptr<PostgresServer> primary_ = PostgresServer::start();
  std::unique_ptr<PostgresServer> standby_ = PostgresServer::start_standby(*primary_);
  FakeRun run_;
};

TEST_F(ReplicaReading, WaitsUntilItHasCaughtUp) {
  test::run_sql(primary_->parameters(), "INSERT INTO t SELECT generate_series(1, 9999)");
  auto const snapshot = read(run_, {.replica = "orders-ro"});
  ASSERT_TRUE(snapshot) << describe(snapshot.error());
  EXPECT_EQ(snapshot->service, "orders-ro");
  EXPECT_EQ(rows(*snapshot), 10'000);
}

TEST_F(ReplicaReading, TakesNoWordOfOneThatLags) {
  // Pausing works only after the standby has come so far as to know the table.
  ASSERT_TRUE(read(run_, {.replica = "orders-ro"}));
  test::run_sql(standby_->parameters(), "SELECT pg_wal_replay_pause()");
  test::run_sql(primary_->parameters(), "INSERT INTO t VALUES (2)");
  auto const snapshot = read(run_, {.replica = "orders-ro", .catch_up = 300ms});
  ASSERT_TRUE(snapshot) << describe(snapshot.error());
  EXPECT_EQ(snapshot->service, "orders-db");
  EXPECT_EQ(rows(*snapshot), 2);
}

TEST_F(ReplicaReading, TakesNoWordOfAServerThatIsNoReplica) {
  standby_->promote();
  auto const snapshot = read(run_, {.replica = "orders-ro", .catch_up = 300ms});
  ASSERT_TRUE(snapshot) << describe(snapshot.error());
  EXPECT_EQ(snapshot->service, "orders-db");
}

TEST_F(ReplicaReading, IsOfContentAlone) {
  auto const snapshot = read(run_, {.replica = "orders-ro"}, "fingerprint");
  ASSERT_TRUE(snapshot) << describe(snapshot.error());
  EXPECT_EQ(snapshot->service, "orders-db");
}

TEST(StateReading, EndsWithItsLockTimeout) {
  auto const database = PostgresServer::shared().fresh_database("CREATE TABLE t (n int)");
  FakeRun run(database);
  std::optional<Result<StateSnapshot>> snapshot;
  std::function<Result<>(pqxx::transaction_base&)> work = [&](pqxx::transaction_base& holder) {
    holder.exec("LOCK TABLE public.t");
    snapshot = read(run, {.limits = {.lock = 50ms}});
    return Result<>();
  };
  ASSERT_TRUE(postgres::transaction_blocking(database, 60s, true, std::move(work)));
  ASSERT_FALSE(*snapshot);
  EXPECT_EQ(snapshot->error().code, "55P03");
}

TEST(StateReading, KeepsToItsRateOfStatements) {
  auto const database = PostgresServer::shared().fresh_database(
      "CREATE TABLE a (n int); CREATE TABLE b (n int); CREATE TABLE c (n int); CREATE TABLE d (n int)");
  FakeRun run(database);
  auto const begun = std::chrono::steady_clock::now();
  // Four sums, one at once and three that wait for their turn; and four looks at the rows.
  ASSERT_TRUE(read(run, {.limits = {.statements_per_second = 20}}));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 350ms);
}

TEST(StateReading, EachLimitReachesTheDigest) {
  probes::DigestLimits digest;
  probes::limit(digest, {.connections = 5, .statements_per_second = 2.5, .lock = 70ms});
  EXPECT_EQ(digest.connections, 5);
  EXPECT_EQ(digest.statements_per_second, 2.5);
  EXPECT_THAT(probes::limiting_settings(digest), testing::HasSubstr("lock_timeout = 70;"));
}

class TakesLimits : public testing::TestWithParam<char const*> {};

TEST_P(TakesLimits, ByTheNamesOfTheDigestProbe) {
  auto const* const step = engine::find_entry(engine::steps(), GetParam());
  auto const* const digest = engine::find_entry(engine::probes(), "digest");
  for (auto const& limit : probes::load_parameters()) {
    for (auto const* const declared : {&step->declaration, &digest->declaration}) {
      auto const found =
          std::ranges::find(declared->parameters, limit.name, &scenario::ParameterDeclaration::name);
      ASSERT_NE(found, declared->parameters.end()) << declared->name << " " << limit.name;
      EXPECT_EQ(found->default_value, limit.default_value);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Steps, TakesLimits, testing::Values("capture-target", "verify"));

TEST(StateReading, IsWhatTheParametersSay) {
  scenario::Parameters const parameters(json::object{{"connections", 99},
                                                     {"statements_per_second", 2.5},
                                                     {"lock_timeout", "70ms"},
                                                     {"prefer_replica", true}});
  StateReading const reading = state_reading(parameters, "orders");
  EXPECT_EQ(reading.limits.connections, 8);
  EXPECT_EQ(reading.limits.statements_per_second, 2.5);
  EXPECT_EQ(reading.limits.lock, 70ms);
  EXPECT_EQ(reading.replica, "orders-ro");
}

}  // namespace
}  // namespace pgdrill::steps
