#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "probes/sampling.hpp"
#include "tests/unit/probes/fake_namespace.hpp"

namespace pgdrill::probes {
namespace {

using namespace std::chrono_literals;
using test::FakeRun;
using test::PostgresServer;

std::vector<json::object> samples(FakeRun const& run, std::string_view call_class,
                                  std::string_view status = "") {
  auto all = run.events("sample");
  std::erase_if(all, [&](json::object const& sample) {
    return sample.at("class").as_string() != call_class ||
           (!status.empty() && sample.at("status").as_string() != status);
  });
  return all;
}

TEST(FixedSchedule, NeverMoves) {
  Monotonic const start{};
  FixedSchedule schedule(start, 100ms);
  EXPECT_EQ(schedule.due(), start);
  EXPECT_THAT(schedule.finish(start + 10ms), testing::IsEmpty());
  EXPECT_EQ(schedule.due(), start + 100ms);
  EXPECT_THAT(schedule.finish(start + 420ms),
              testing::ElementsAre(start + 200ms, start + 300ms, start + 400ms));
  EXPECT_EQ(schedule.due(), start + 500ms);
}

TEST(Heartbeat, SamplesAllClassesAndAnnouncesItsUndo) {
  FakeRun run(PostgresServer::shared().fresh_database());
  auto const done = [&run] {
    return samples(run, "write", "right").size() > 3 && samples(run, "read", "right").size() > 3 &&
           !samples(run, "connect", "right").empty();
  };
  run_to_end(test::run_probe_until(run, test::probe_spec("heartbeat", {{"every", "20ms"}}), done));
  auto const undo = run.events("undo-announced");
  ASSERT_EQ(undo.size(), 1U);
  EXPECT_EQ(get_string(undo[0], "kind"), "drop-schema");
  EXPECT_TRUE(samples(run, "read", "wrong").empty());
  EXPECT_TRUE(samples(run, "write", "failed").empty());
  auto const last = get_string(samples(run, "write", "right").back(), "value");
  auto const found = test::query_value(run.backend().database, "SELECT max(sequence) FROM pgdrill.heartbeat");
  EXPECT_GE(std::stoi(found), std::stoi(last));
}

TEST(Heartbeat, FrozenServerHidesNoScheduledCall) {
  auto const server = PostgresServer::start();
  FakeRun run(server->parameters());
  bool frozen = false;
  bool thawed = false;
  std::size_t answered_before = 0;
  auto const done = [&] {
    if (!frozen && samples(run, "write", "right").size() > 2) {
      frozen = true;
      server->signal_all(SIGSTOP);
    }
    if (frozen && !thawed && samples(run, "write", "failed").size() > 12) {
      thawed = true;
      server->signal_all(SIGCONT);
    }
    // Whatever hung has ended when so many were answered after it.
    if (thawed && answered_before == 0) answered_before = samples(run, "write", "right").size();
    return thawed && samples(run, "write", "right").size() > answered_before + 20;
  };
  auto spec = test::probe_spec("heartbeat", {{"every", "50ms"}, {"timeout", "300ms"}});
  run_to_end(test::run_probe_until(run, spec, done));
  std::vector<std::int64_t> scheduled;
  for (auto const& write : samples(run, "write")) scheduled.push_back(get_int(write, "scheduled_ns"));
  std::ranges::sort(scheduled);
  for (std::size_t i = 1; i < scheduled.size(); ++i)
    EXPECT_EQ(scheduled[i] - scheduled[i - 1], 50'000'000) << "call " << i << " is missing";
  EXPECT_EQ(get_string(samples(run, "write", "failed").front(), "error.class"), "timeout");
}

TEST(Heartbeat, LostWriteIsAWrongRead) {
  FakeRun run(PostgresServer::shared().fresh_database());
  bool rolled_back = false;
  auto const done = [&] {
    if (!rolled_back && samples(run, "read", "right").size() > 2) {
      rolled_back = true;
      // From now on writes do not stick, as on a restored copy that lost them.
      test::run_sql(run.backend().database,
                    "UPDATE pgdrill.heartbeat SET sequence = 0; "
                    "CREATE FUNCTION pgdrill.lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.sequence "
                    ":= 0; RETURN new; END'; "
                    "CREATE TRIGGER lose BEFORE UPDATE ON pgdrill.heartbeat FOR EACH ROW EXECUTE FUNCTION "
                    "pgdrill.lose()");
    }
    return !samples(run, "read", "wrong").empty() && !samples(run, "write", "wrong").empty();
  };
  run_to_end(test::run_probe_until(run, test::probe_spec("heartbeat", {{"every", "20ms"}}), done));
}

TEST(Heartbeat, AReadOnlyServiceIsOnlyRead) {
  FakeRun run(PostgresServer::shared().fresh_database());
  auto const done = [&run] {
    return samples(run, "read-open", "right").size() > 20 && samples(run, "connect", "right").size() > 2;
  };
  auto const spec = test::probe_spec(
      "heartbeat",
      {{"classes", json::array{"connect", "read-open"}}, {"every", "1ms"}, {"connect_every", "20ms"}});
  run_to_end(test::run_probe_until(run, spec, done));
  EXPECT_TRUE(samples(run, "write").empty());
  EXPECT_EQ(test::query_value(run.backend().database,
                              "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgdrill'"),
            "0");
}

TEST(Heartbeat, TheReadOnlyServiceIsMeasuredForItself) {
  auto const replica = PostgresServer::start();
  FakeRun run(PostgresServer::shared().parameters());
  run.backend().replica = replica->parameters();
  bool killed = false;
  auto const done = [&] {
    if (!killed && samples(run, "read-open", "right").size() > 3 &&
        !samples(run, "connect", "right").empty()) {
      replica->kill();
      killed = true;
    }
    return killed && !samples(run, "read-open", "failed").empty() &&
           !samples(run, "connect", "failed").empty();
  };
  auto const spec = test::probe_spec("heartbeat", {{"classes", json::array{"connect", "read-open"}},
                                                   {"service", "orders-ro"},
                                                   {"every", "20ms"},
                                                   {"connect_every", "20ms"}});
  run_to_end(test::run_probe_until(run, spec, done));
  EXPECT_TRUE(killed);
}

// A statement that waits for a lock costs its deadline, and leaves nothing behind that would fill the server.
TEST(Heartbeat, CallsThatWaitForALockDoNotPileUp) {
  FakeRun run(PostgresServer::shared().fresh_database());
  auto const database = run.backend().database;
  auto const waiting = [&database] {
    return std::stoi(
        test::query_value(database,
                          "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                          "datname = current_database()"));
  };
  int most = 0;
  std::unique_ptr<pqxx::connection> holder;
  std::unique_ptr<pqxx::work> lock;
  auto const done = [&] {
    if (!lock && samples(run, "write", "right").size() > 2) {
      holder = std::make_unique<pqxx::connection>(database.conninfo(10s));
      lock = std::make_unique<pqxx::work>(*holder);
      lock->exec("LOCK TABLE pgdrill.heartbeat IN ACCESS EXCLUSIVE MODE");
    }
    if (lock) most = std::max(most, waiting());
    return samples(run, "write", "failed").size() > 20;
  };
  auto const spec = test::probe_spec(
      "heartbeat", {{"classes", json::array{"write"}}, {"every", "50ms"}, {"timeout", "50ms"}});
  run_to_end(test::run_probe_until(run, spec, done));
  EXPECT_EQ(get_string(samples(run, "write", "failed").front(), "error.class"), "timeout");
  EXPECT_LT(most, 10) << "of more than 20 calls that were given up";
}

TEST(Heartbeat, WhatCannotBeMeasuredIsRefused) {
  FakeRun run(PostgresServer::shared().fresh_database());
  auto const refused = [&run](json::object values) {
    auto const spec = test::probe_spec("heartbeat", std::move(values));
    auto const prepared =
        run_to_end(engine::find_entry(engine::probes(), "heartbeat")->make()->prepare(run.context(), spec));
    return !prepared && prepared.error().kind == ErrorKind::usage;
  };
  EXPECT_TRUE(refused({{"classes", json::array{"read"}}}));
}

}  // namespace
}  // namespace pgdrill::probes
