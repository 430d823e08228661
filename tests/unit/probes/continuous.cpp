// The probes that compare answers: application query, ledger, digest.
#include <gmock/gmock.h>

#include "harness/engine/facts.hpp"
#include "probes/digest_snapshot.hpp"
#include "probes/ledger_log.hpp"
#include "tests/unit/probes/fake_namespace.hpp"

namespace pgdrill::probes {
namespace {

using namespace std::chrono_literals;
using test::FakeRun;
using test::PostgresServer;

constexpr char const* schema =
    "CREATE TABLE ledger_entries (id int PRIMARY KEY, amount numeric); "
    "INSERT INTO ledger_entries VALUES (1, 10), (2, -10), (7, 5), (14, -5); "
    "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean); INSERT INTO "
    "schema_migrations VALUES (1, false)";

std::size_t count(FakeRun const& run, std::string_view status) {
  auto const all = run.events("sample");
  return static_cast<std::size_t>(std::ranges::count_if(
      all, [&](auto const& sample) { return sample.at("status").as_string() == status; }));
}

TEST(ApplicationQuery, TellsRightWrongAndFailed) {
  FakeRun run(PostgresServer::shared().fresh_database(schema));
  int stage = 0;
  auto const done = [&] {
    if (stage == 0 && count(run, "right") > 0) {
      test::run_sql(run.backend().database, "UPDATE ledger_entries SET amount = 6 WHERE id = 7");
      stage = 1;
    }
    if (stage == 1 && count(run, "wrong") > 0) {
      test::run_sql(run.backend().database, "DROP TABLE ledger_entries");
      stage = 2;
    }
    return count(run, "failed") > 0;
  };
  auto const spec = test::probe_spec("application-query",
                                     {{"sql", "SELECT coalesce(sum(amount), 0) = 0 FROM ledger_entries"},
                                      {"expect", "t"},
                                      {"every", "20ms"}});
  run_to_end(test::run_probe_until(run, spec, done));
  auto const all = run.events("sample");
  EXPECT_EQ(get_string(all.front(), "value"), "t");
  EXPECT_EQ(get_string(all.back(), "error.code"), "42P01");
  EXPECT_EQ(get_string(all.back(), "error.class"), "42");
}

TEST(ApplicationQuery, FollowsACutOver) {
  auto const restored = PostgresServer::start();
  FakeRun run(PostgresServer::shared().parameters());
  auto const other = restored->parameters();
  auto const done = [&] {
    if (count(run, "right") > 1) run.backend().database.port = other.port;
    return count(run, "wrong") > 1;
  };
  auto const port = std::to_string(PostgresServer::shared().parameters().port);
  auto const spec = test::probe_spec(
      "application-query", {{"sql", "SHOW port"}, {"expect", port}, {"every", "20ms"}, {"lifetime", "50ms"}});
  run_to_end(test::run_probe_until(run, spec, done));
  EXPECT_EQ(get_string(run.events("sample").back(), "value"), std::to_string(other.port));
}

TEST(Ledger, RecordMatchesTheRowsAndALossIsSeen) {
  FakeRun run(PostgresServer::shared().fresh_database());
  auto const done = [&run] {
    auto const at = run.context().facts.find(engine::facts::writes("ledger"));
    return at != run.context().facts.end() && get_int(at->second, "acknowledged") > 4;
  };
  run_to_end(test::run_probe_until(run, test::probe_spec("ledger", {{"every", "20ms"}}), done));
  auto const fact = run.context().facts.at(engine::facts::writes("ledger"));
  EXPECT_GE(get_int(fact, "acknowledged"), 5);
  auto const writes = read_ledger_log(run.context().evidence_directory, "ledger");
  ASSERT_TRUE(writes);
  auto const judge = [&] {
    auto const rows = run_to_end(read_ledger_rows(run.backend().database, "r12345678", "ledger"));
    EXPECT_TRUE(rows);
    return ledger_verdict(*writes, *rows, {}, "r12345678", "ledger");
  };
  EXPECT_TRUE(judge().clean());
  EXPECT_GE(judge().present, 5);
  test::run_sql(run.backend().database, "DELETE FROM pgdrill.ledger_writes WHERE sequence = 3");
  EXPECT_THAT(judge().lost, testing::ElementsAre(3));
}

/// Runs a probe to its end; what it said when it broke.
Task<std::string> run_until_it_breaks(FakeRun& run, scenario::ProbeSpec spec) {
  auto const probe = engine::find_entry(engine::probes(), spec.kind)->make();
  auto const prepared = co_await probe->prepare(run.context(), spec);
  EXPECT_TRUE(prepared) << describe(prepared.error());
  std::string said;
  try {
    co_await probe->run(run.context(), spec);
  } catch (std::exception const& problem) {
    said = problem.what();
  }
  run.close_forwards();
  co_return said;
}

TEST(Ledger, WithoutARecordItProvesNothing) {
  FakeRun run(PostgresServer::shared().fresh_database());
  std::filesystem::create_symlink("/dev/full", run.context().evidence_directory / writes_file);
  EXPECT_THAT(run_to_end(run_until_it_breaks(run, test::probe_spec("ledger", {{"every", "20ms"}}))),
              testing::HasSubstr("cannot write the ledger's evidence"));
}

TEST(DigestProbe, NamesTableAndRowsAndIgnoresWhatIsAuthorised) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  FakeRun run(database);
  auto snapshot = run_to_end(capture_digest(database, true, {}));
  ASSERT_TRUE(snapshot);
  bool migrated = false;
  bool damaged = false;
  bool mended = false;
  auto const done = [&] {
    if (!migrated) {
      EXPECT_EQ(count(run, "right"), 0U) << "without a target there is nothing to compare with";
      run.context().facts["target:known-good"] = {{"state", {{"digest", *snapshot}}}};
      test::run_sql(database, "UPDATE schema_migrations SET dirty = true");
      migrated = true;
    }
    if (!damaged && !run.events("finding").empty() && count(run, "right") > 0) {
      test::run_sql(database, "UPDATE ledger_entries SET amount = amount + 1 WHERE id % 7 = 0");
      damaged = true;
    }
    if (damaged && !mended && count(run, "wrong") > 1) {
      auto const fact = run.context().facts.at(engine::facts::finding("digest"));
      EXPECT_EQ(get_string(fact.at(0), "object"), "table public.ledger_entries");
      EXPECT_EQ(get_int(fact.at(0), "count"), 2);
      test::run_sql(database, "UPDATE ledger_entries SET amount = amount - 1 WHERE id % 7 = 0");
      mended = true;
    }
    auto const all = run.events("sample");
    return mended && get_string(all.back(), "status") == "right";
  };
  run_to_end(test::run_probe_until(run, test::probe_spec("digest", {{"every", "30ms"}}), done));
  auto const findings = run.events("finding");
  ASSERT_EQ(findings.size(), 2U) << "a finding is told once: " << json::serialize(json::value_from(findings));
  EXPECT_EQ(get_string(findings[0], "object"), "table public.schema_migrations");
  EXPECT_TRUE(get_bool(findings[0], "authorised"));
  EXPECT_FALSE(get_bool(findings[1], "authorised"));
  EXPECT_THAT(json::serialize(findings[1].at("rows")), R"(["id=7","id=14"])");
  EXPECT_TRUE(run.context().facts.at(engine::facts::finding("digest")).as_array().empty());
}

TEST(DigestProbe, KnowsWhatTheTargetDeclares) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  FakeRun run(database);
  auto snapshot = run_to_end(capture_digest(database, true, {}));
  ASSERT_TRUE(snapshot);
  test::run_sql(database, "UPDATE ledger_entries SET amount = amount + 1 WHERE id = 7");
  run.context().facts["target:known-good"] = {{"state", {{"digest", *snapshot}}},
                                              {"expected", json::array{"public.ledger_entries.amount"}}};
  bool damaged = false;
  auto const done = [&] {
    if (!damaged && count(run, "right") > 1) {
      EXPECT_EQ(count(run, "wrong"), 0U);
      test::run_sql(database, "DELETE FROM ledger_entries WHERE id = 7");
      damaged = true;
    }
    return count(run, "wrong") > 0;
  };
  run_to_end(test::run_probe_until(run, test::probe_spec("digest", {{"every", "30ms"}}), done));
  EXPECT_TRUE(damaged);
}

TEST(DigestProbe, ReadsTheReplicaWhileItAnswersWhenThatIsPreferred) {
  auto const server = PostgresServer::start();
  auto const database = PostgresServer::shared().fresh_database(schema);
  auto replica = database;
  replica.port = server->parameters().port;
  test::run_sql(server->parameters(), "CREATE DATABASE " + database.database);
  // A copy that differs: so it shows where the digest was read.
  test::run_sql(replica, std::string(schema) + "; UPDATE ledger_entries SET amount = 11 WHERE id = 1");
  FakeRun run(database);
  run.backend().replica = replica;
  auto snapshot = run_to_end(capture_digest(database, true, {}));
  ASSERT_TRUE(snapshot);
  run.context().facts["target:known-good"] = {{"state", {{"digest", *snapshot}}}};
  bool killed = false;
  auto const done = [&] {
    if (!killed && count(run, "wrong") > 0) {
      EXPECT_EQ(count(run, "right"), 0U);
      server->kill();
      killed = true;
    }
    return killed && get_string(run.events("sample").back(), "status") == "right";
  };
  run_to_end(test::run_probe_until(
      run, test::probe_spec("digest", {{"every", "30ms"}, {"prefer_replica", true}}), done));
  EXPECT_TRUE(killed) << "the replica was not read";
}

TEST(Digest, KeepsToItsRateOfStatements) {
  auto const database = PostgresServer::shared().fresh_database(
      "CREATE TABLE a (n int); CREATE TABLE b (n int); CREATE TABLE c (n int); CREATE TABLE d (n int)");
  auto const begun = std::chrono::steady_clock::now();
  // Four sums, one at once and three that wait for their turn.
  auto const snapshot = run_to_end(capture_digest(database, false, {.statements_per_second = 20}));
  ASSERT_TRUE(snapshot);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 150ms);
}

}  // namespace
}  // namespace pgdrill::probes
