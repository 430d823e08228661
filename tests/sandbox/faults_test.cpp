// Faults and triggers as a user meets them: the real binary against a sandbox with real PostgreSQL.
#include <signal.h>

#include <set>

#include "harness/engine/registry.hpp"
#include "tests/sandbox/drill_fixture.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Faults : public DrillTest {};

TEST_F(Faults, ARestoreSucceedsThoughItsPodAndTheOldPrimaryAreKilled) {
  CommandResult const result = run_file(PGDRILL_SOURCE_DIR "/scenarios/restore-under-fire.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(traces(), IsEmpty());
}

TEST_F(Faults, EachLeavesAWitnessAndIsUndone) {
  CommandResult const result =
      run("steps:\n  - service-cut:\n    for: 100ms\n  - fence: {role: replica}\n    for: 100ms\n  - "
          "pod-kill: {role: replica}\n");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_EQ(events("witness").size(), 3U);
  EXPECT_THAT(traces(), IsEmpty());
}

TEST_F(Faults, WithoutItsCredentialsTheStoreTakesNoWalUntilTheyAreBack) {
  std::string const secret = json::serialize(*find(sandbox_->get("secret", "store"), "data"));
  CommandResult const result = run("steps:\n  - store-credentials:\n    for: 100ms\n");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  ASSERT_EQ(events("witness").size(), 1U);
  EXPECT_EQ(get_string(events("witness").front(), "status"), "seen");
  EXPECT_THAT(get_string(events("witness").front(), "channel"), HasSubstr("pg_stat_archiver"));
  EXPECT_EQ(json::serialize(*find(sandbox_->get("secret", "store"), "data")), secret);
  EXPECT_THAT(traces(), IsEmpty());
  std::string const segment = value("SELECT pg_walfile_name(pg_switch_wal())");
  EXPECT_TRUE(eventually([&] {
    return value("SELECT last_archived_wal >= '" + segment + "' FROM pg_stat_archiver") == "t";
  })) << segment;
}

TEST_F(Faults, AMigrationIsCutInTheMiddleOfAStatement) {
  CommandResult const result = run_file(PGDRILL_SOURCE_DIR "/tests/data/scenarios/cut-migration.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(traces(), IsEmpty());
  EXPECT_EQ(psql("SELECT version, dirty FROM schema_migrations").out, "1|f\n");
}

TEST_F(Faults, APlaceboTouchesNothing) {
  CommandResult const result = run("steps:\n  - service-cut:\n    for: 200ms\n", {"--placebo"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(events("undo-announced"), IsEmpty());
  ASSERT_EQ(events("fault").size(), 1U);
  EXPECT_EQ(get_string(events("fault").front(), "action"), "left-out");
}

TEST_F(Faults, AbortWhenEndsTheRunAndUndoes) {
  CommandResult const result =
      run("probes:\n  - heartbeat: {every: 50ms}\n"
          "abort-when:\n  - probe-state: {probe: heartbeat, is: failed, for: 500ms}\n"
          "steps:\n  - service-cut\n  - mark: {name: never, after: 60s}\n");
  EXPECT_EQ(result.exit_code, 4) << result.out << result.err;
  EXPECT_THAT(result.out + result.err, HasSubstr("aborted"));
  EXPECT_THAT(traces(), IsEmpty());
}

TEST_F(Faults, EachTriggerFiresAndTellsItsError) {
  ASSERT_EQ(psql("DROP TABLE IF EXISTS backfill; CREATE TABLE backfill (id bigint GENERATED ALWAYS AS "
                 "IDENTITY, note text); "
                 "GRANT ALL ON backfill TO app")
                .exit_code,
            0);
  std::ofstream(directory_.path() / "migration.sql")
      << "INSERT INTO backfill (note) SELECT 'first' FROM generate_series(1, 10);\n"
         "SELECT pg_sleep(1.5), 'the second statement';\n";
  std::filesystem::path const file = scenario(
      "probes:\n  - heartbeat: {every: 20ms}\nsteps:\n  - parallel:\n"
      "      - mark: {name: t-after}\n        when: {after: 500ms}\n"
      "      - mark: {name: t-random}\n        when: {random: 500ms}\n"
      "      - mark: {name: t-mark}\n        when: {mark: t-after}\n"
      "      - mark: {name: t-probe}\n        when: {probe-state: {probe: heartbeat, is: failed}}\n"
      "      - mark: {name: t-phase}\n        when: {cluster-phase: {phase: Cluster in healthy state}}\n"
      "      - mark: {name: t-rows}\n        when: {row-count: {table: backfill, at-least: 10}}\n"
      "      - mark: {name: t-statement}\n        when: {statement: {file: migration.sql, number: 2}}\n"
      "      - mark: {name: t-lsn}\n        when: {lsn: {ahead: 100}}\n"
      "      - mark: {name: t-query}\n        when: {query: {sql: SELECT count(*) >= 10 FROM backfill}}\n"
      "      - mark: {name: t-line}\n        when: {log-line: {matches: shutting down}}\n"
      "      - mark: {name: t-stage}\n        when: {recovery-stage: replay-started}\n"
      "      - mark: {name: replay-started, after: 1s}\n"
      "      - sequence:\n          - mark: {name: all-wait, after: 4s}\n          - service-cut:\n          "
      "  for: 1500ms\n"
      "          - fence: {role: replica}\n            for: 100ms\n");
  // As the application, so that its own role sees the statement.
  json::value const primary = sandbox_->get("clusters.postgresql.cnpg.io", "orders");
  Background const pgdrill(
      sandbox_->pgdrill_command({"run", file.string(), "--evidence", evidence().string()}),
      directory_.path() / "output");
  ASSERT_TRUE(eventually([&] { return !events("probe-started").empty(); }));
  ASSERT_TRUE(eventually([&] {
    std::vector<json::value> const seen = events("trigger");
    return std::any_of(seen.begin(), seen.end(),
                       [](json::value const& one) { return get_string(one, "step") == "mark"; });
  }));
  CommandResult const migrated =
      test::run({"psql", as_application(get_string(primary, "status.currentPrimary")), "-XAt", "-c",
                 "INSERT INTO backfill (note) SELECT 'first' FROM generate_series(1, 10)", "-c",
                 "SELECT pg_sleep(1.5), 'the second statement'"});
  EXPECT_EQ(migrated.exit_code, 0) << migrated.err;
  EXPECT_EQ(const_cast<Background&>(pgdrill).wait(), 0) << pgdrill.output();
  std::set<std::string> kinds;
  for (json::value const& fired : events("trigger")) {
    std::int64_t const condition = get_int(fired, "condition_ns", -1);
    std::string const text = get_string(fired, "condition");
    EXPECT_GT(condition, 0) << text;
    EXPECT_LE(get_int(fired, "unmet_ns", 0), condition) << text;
    EXPECT_GE(get_int(fired, "t"), condition) << text << ": it acts after the condition";
    kinds.insert(text.substr(0, text.find(' ')));
  }
  for (auto const& entry : engine::triggers())
    EXPECT_TRUE(kinds.contains(entry.declaration.name)) << entry.declaration.name;
  psql("DROP TABLE backfill");
}

TEST_F(Faults, TheThirdSignalLeavesAndNamesWhatIsDirty) {
  // The API stands still while the signals come, so that undo cannot have ended before the third.
  std::filesystem::path const file = scenario(
      "steps:\n  - fence: {role: replica}\n  - mark: {name: held}\n  - mark: {name: never, after: 60s}\n");
  Background pgdrill(sandbox_->pgdrill_command({"run", file.string(), "--evidence", evidence().string()}),
                     directory_.path() / "output");
  ASSERT_TRUE(eventually([&] { return !events("mark").empty(); })) << pgdrill.output();
  sandbox_->process().signal(SIGSTOP);
  pgdrill.signal(SIGINT);
  ASSERT_TRUE(eventually([&] { return !events("interrupted").empty(); }));
  pgdrill.signal(SIGINT);
  ASSERT_TRUE(
      eventually([&] { return pgdrill.output().find("once more leaves it so") != std::string::npos; }));
  pgdrill.signal(SIGINT);
  int const code = pgdrill.wait();
  sandbox_->process().signal(SIGCONT);
  EXPECT_EQ(code, 5) << pgdrill.output();
  EXPECT_THAT(pgdrill.output(), HasSubstr("not undone: "));
  EXPECT_EQ(events("abandoned").size(), 1U);
  EXPECT_EQ(sandbox_->pgdrill({"cleanup", "-n", "develop"}).exit_code, 0);
  EXPECT_TRUE(sandbox_->healthy());
  EXPECT_THAT(traces(), IsEmpty());
}

}  // namespace
}  // namespace pgdrill::test
