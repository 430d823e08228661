// Faults and triggers as a user meets them: the real binary against a sandbox with real PostgreSQL.
#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Faults : public testing::Test {
 protected:
  void SetUp() override {
    if (sandbox_ == nullptr) sandbox_ = std::make_unique<Sandbox>();
    ASSERT_TRUE(sandbox_->healthy());
  }
  static void TearDownTestSuite() { sandbox_.reset(); }

  std::filesystem::path scenario(std::string const& sections) const {
    std::filesystem::path const file = directory_.path() / "scenario.yaml";
    std::ofstream(file) << "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: test}\n"
                           "target: {namespace: develop, cluster: orders, service: orders-db}\n"
                        << sections;
    return file;
  }
  CommandResult run(std::string const& sections, std::vector<std::string> more = {}) const {
    return run_file(scenario(sections), std::move(more));
  }
  CommandResult run_file(std::filesystem::path const& file, std::vector<std::string> more = {}) const {
    std::vector<std::string> command{"run", file.string(), "--evidence", evidence().string()};
    command.insert(command.end(), more.begin(), more.end());
    return sandbox_->pgdrill(command);
  }
  std::filesystem::path evidence() const { return directory_.path() / "evidence"; }

  std::vector<json::value> events(std::string const& name) const {
    std::vector<json::value> all;
    for (std::string const& line : split(read_file(evidence() / "journal.jsonl").value_or(""), '\n')) {
      json::value event = parse_json(line.empty() ? "null" : line).value_or(nullptr);
      if (get_string(event, "event") == name) all.push_back(std::move(event));
    }
    return all;
  }
  CommandResult psql(std::string const& sql) const {
    std::string const primary =
        get_string(sandbox_->get("clusters.postgresql.cnpg.io", "orders"), "status.currentPrimary");
    return sandbox_->kubectl({"exec", "-n", "develop", primary, "-c", "postgres", "--", "psql", "-XAt", "-d",
                              "app", "-v", "ON_ERROR_STOP=1", "-c", sql});
  }
  /// How the application connects to a pod.
  std::string as_application(std::string const& pod) const {
    CommandResult const password = sandbox_->kubectl({"get", "secret", "orders-app", "-n", "develop", "-o",
                                                      "go-template={{.data.password | base64decode}}"});
    return "host=" + get_string(sandbox_->get("pod", pod), "status.podIP") +
           " user=app dbname=app sslmode=require password=" + password.out;
  }
  /// The Service's selector and the Cluster's fence, which faults change.
  std::string traces() const {
    json::value const service = sandbox_->get("service", "orders-db");
    json::value const cluster = sandbox_->get("clusters.postgresql.cnpg.io", "orders");
    std::string const selector = json::serialize(*find(service, "spec.selector"));
    json::value const* const annotations = find(cluster, "metadata.annotations");
    std::string const fence =
        annotations != nullptr ? get_string(json::value(*annotations), "cnpg.io/fencedInstances") : "";
    std::string const records =
        sandbox_->kubectl({"get", "configmaps,leases", "-n", "develop", "-l", "pgdrill.io/run", "-o", "name"})
            .out;
    return (selector.find("nobody") == std::string::npos ? "" : selector) + fence + records;
  }

  TemporaryDirectory directory_;
  static std::unique_ptr<Sandbox> sandbox_;
};

std::unique_ptr<Sandbox> Faults::sandbox_;

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

/// Whatever fault it is that misses: the run is inconclusive, and says so.
TEST_F(Faults, AMissNeverPasses) {
  for (std::string const fault :
       {"pod-kill: {selector: app=nobody}", "pod-kill: {cluster: nobody}", "fence: {cluster: nobody}",
        "service-cut: {service: nobody}", "recovery-pod-kill: {}", "terminate-connections: {service: nobody}",
        "store-credentials: {cluster: nobody}", "pod-kill: {role: replica}\n    overlap: replay"}) {
    std::filesystem::remove_all(evidence());
    CommandResult const result = run("steps:\n  - " + fault + "\n    timeout: 20s\n");
    EXPECT_EQ(result.exit_code, 4) << fault << "\n" << result.out << result.err;
    EXPECT_THAT(result.out + result.err, HasSubstr("witness")) << fault;
  }
  EXPECT_THAT(traces(), IsEmpty());
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
  for (json::value const& fired : events("trigger")) {
    std::int64_t const condition = get_int(fired, "condition_ns");
    std::int64_t const unmet = get_int(fired, "unmet_ns", condition);
    RecordProperty(get_string(fired, "condition"), static_cast<int>((condition - unmet) / 1000));
    std::printf("%-60s looked %8.3f ms before, told after %6.3f ms\n", get_string(fired, "condition").c_str(),
                static_cast<double>(condition - unmet) / 1e6,
                static_cast<double>(get_int(fired, "t") - condition) / 1e6);
  }
  EXPECT_EQ(events("trigger").size(), 10U);
  psql("DROP TABLE backfill");
}

TEST_F(Faults, TheThirdSignalLeavesAndNamesWhatIsDirty) {
  // Undo of a fence waits for the replica; meanwhile come the signals.
  std::filesystem::path const file = scenario(
      "steps:\n  - fence: {role: replica}\n  - mark: {name: held}\n  - mark: {name: never, after: 60s}\n");
  Background pgdrill(sandbox_->pgdrill_command({"run", file.string(), "--evidence", evidence().string()}),
                     directory_.path() / "output");
  ASSERT_TRUE(eventually([&] { return !events("mark").empty(); })) << pgdrill.output();
  pgdrill.signal(SIGINT);
  ASSERT_TRUE(eventually([&] { return !events("interrupted").empty(); }));
  pgdrill.signal(SIGINT);
  ASSERT_TRUE(
      eventually([&] { return pgdrill.output().find("once more leaves it so") != std::string::npos; }));
  pgdrill.signal(SIGINT);
  int const code = pgdrill.wait();
  if (code == 130) GTEST_SKIP() << "undo had ended before the third signal came";
  EXPECT_EQ(code, 5) << pgdrill.output();
  EXPECT_THAT(pgdrill.output(), HasSubstr("not undone: "));
  EXPECT_EQ(events("abandoned").size(), 1U);
  EXPECT_EQ(sandbox_->pgdrill({"cleanup", "-n", "develop"}).exit_code, 0);
  EXPECT_TRUE(sandbox_->healthy());
  EXPECT_THAT(traces(), IsEmpty());
}

}  // namespace
}  // namespace pgdrill::test
