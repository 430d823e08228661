// Can what was restored be rolled back itself, and is the archive what the archiver says?
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class Recoverability : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(sandbox_.healthy()); }

  CommandResult run_text(std::string const& text) {
    auto const file = directory_.path() / "scenario.yaml";
    EXPECT_TRUE(write_file_atomically(file, text));
    evidence_ = directory_.path() / ("evidence-" + std::to_string(++runs_));
    return sandbox_.pgdrill({"run", file.string(), "--evidence", evidence_.string()});
  }

  std::string journal() const { return read_file(evidence_ / "journal.jsonl").value_or(""); }

  /// Values of all facts of that name, oldest first.
  std::vector<json::value> facts(std::string_view name) const {
    std::vector<json::value> all;
    for (std::string const& line : split(journal(), '\n')) {
      json::value const event = parse_json(line.empty() ? "null" : line).value_or(nullptr);
      if (get_string(event, "event") == "fact" && get_string(event, "name") == name)
        all.push_back(event.at("value"));
    }
    return all;
  }

  /// The last WAL segment of a Backup that is taken now, once the archiver has it.
  std::string take_backup() {
    auto const file = directory_.path() / "backup.yaml";
    EXPECT_TRUE(write_file_atomically(file,
                                      "apiVersion: postgresql.cnpg.io/v1\nkind: Backup\n"
                                      "metadata: {name: by-hand, namespace: develop}\n"
                                      "spec: {cluster: {name: orders}, target: primary}\n"));
    CommandResult const made = sandbox_.kubectl({"create", "-f", file.string()});
    EXPECT_EQ(made.exit_code, 0) << made.out << made.err;
    std::string end;
    for (int tries = 0; tries < 300 && end.empty(); ++tries) {
      std::this_thread::sleep_for(100ms);
      end = get_string(sandbox_.get("backups.postgresql.cnpg.io", "by-hand"), "status.endWal");
    }
    return end;
  }

  std::filesystem::path in_store(std::string const& segment) const {
    for (auto const& entry : std::filesystem::recursive_directory_iterator(sandbox_.directory() / "store")) {
      if (entry.path().filename() == segment) return entry.path();
    }
    return {};
  }

  Sandbox sandbox_;
  TemporaryDirectory directory_;
  std::filesystem::path evidence_;
  int runs_ = 0;
};

constexpr char const* status_check_only = R"(
apiVersion: pgdrill.io/v1
kind: Scenario
metadata: {name: status, title: Is there something to roll back to}
target: {namespace: develop, cluster: orders, database: app, service: orders-db, secret: orders-app}
objectives: none
steps:
  - status-check: {kustomizations: [migrations]}
    timeout: 60s
)";

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  auto const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

/// A shipped scenario's text that is run from another directory.
std::string with_its_files(std::string text) {
  for (std::string const name :
       {"000002_round_ledger_amounts.up.sql", "000002_round_ledger_amounts.down.sql"}) {
    text =
        replaced(text, "- data-rollback/" + name, "- " PGDRILL_SOURCE_DIR "/scenarios/data-rollback/" + name);
  }
  return text;
}

// Point-in-time recovery after point-in-time recovery: the restored cluster archives, and a backup of it can
// be taken.
TEST_F(Recoverability, OfTheRestoredClusterIsProvenInADrill) {
  std::string text = read_file(PGDRILL_SOURCE_DIR "/scenarios/data-rollback.yaml").value_or("");
  text = replaced(text, "ledger, history, writes]", "ledger, history, writes, structure, backup]");
  // A second writer: what each of them was promised must be there.
  text = replaced(text, "  - ledger: {every: 100ms, service: \"${service}\"}\n",
                  "  - ledger: {every: 100ms, service: \"${service}\"}\n"
                  "  - ledger: {every: 70ms, service: \"${service}\"}\n    name: second\n");
  CommandResult const result = run_text(with_its_files(std::move(text)));
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(journal(), HasSubstr("structure equals the captured one"));
  EXPECT_THAT(journal(), testing::Not(HasSubstr("by amcheck"))) << "the superuser has looked, in time";
  EXPECT_THAT(journal(), testing::Not(HasSubstr("locks of sessions")));
  EXPECT_THAT(journal(), HasSubstr("acknowledged writes of ledger"));
  EXPECT_THAT(journal(), HasSubstr("acknowledged writes of second"));
  EXPECT_THAT(journal(), HasSubstr("restored cluster can be restored"));
  EXPECT_THAT(journal(), HasSubstr("segments fetched from the store"));
}

// A recovered cluster's own backup and archive bring its data back, with what was written since the first
// rollback.
TEST_F(Recoverability, OfTheRestoredClusterIsUsedForASecondRestore) {
  CommandResult const result =
      run_text(with_its_files(read_file(PGDRILL_SOURCE_DIR "/scenarios/pitr-after-pitr.yaml").value_or("")));
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  std::vector<json::value> const captured = facts("captured-target");
  ASSERT_EQ(captured.size(), 2U);
  EXPECT_EQ(get_int(captured[0], "timeline"), 1);
  EXPECT_EQ(get_int(captured[1], "timeline"), 2);
  std::vector<json::value> const restored = facts("restore");
  ASSERT_EQ(restored.size(), 2U);
  EXPECT_EQ(get_string(restored[1], "cluster"), get_string(restored[0], "cluster") + "-2");
  json::value const manifest = facts("restore-manifest").back();
  EXPECT_THAT(json::serialize(manifest.at("spec").at("externalClusters")),
              HasSubstr("\"serverName\":\"" + get_string(restored[0], "cluster") + "\""))
      << "the recovered cluster's own archive";
  EXPECT_EQ(get_string(restored[1], "recovery_target.backupID"), get_string(captured[1], "backup_id"));
  EXPECT_NE(get_string(captured[0], "backup_id"), get_string(captured[1], "backup_id"));
  EXPECT_GT(get_int(captured[1], "ledger_sequence"), get_int(captured[0], "ledger_sequence_after"))
      << "clients wrote to the recovered cluster";
  EXPECT_EQ(sandbox_
                .kubectl({"get", "clusters.postgresql.cnpg.io,backups.postgresql.cnpg.io", "-n", "develop",
                          "-l", "pgdrill.io/run", "-o", "name"})
                .out,
            "");
}

TEST_F(Recoverability, ContentIsComparedWithALiveCluster) {
  CommandResult const result = run_text(std::string(status_check_only) + R"(
  - capture-target: {target: good}
    timeout: 30s
  - verify: {target: good, checks: [reference], reference: orders}
    timeout: 30s
)");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(journal(), HasSubstr("content equals that of Cluster orders"));
}

// A table that the application writes all the time: declared, it does not keep a target from being captured
// and verified; what else changes is a difference as ever.
TEST_F(Recoverability, ChangesThatAreDeclaredAreNoDifference) {
  static_cast<void>(sandbox_.sql("CREATE TABLE visits (id serial PRIMARY KEY, note text)"));
  static_cast<void>(sandbox_.sql("GRANT SELECT ON visits TO app"));
  std::jthread const writer([this] {
    static_cast<void>(
        sandbox_.sql("DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM visits WHERE note = 'stop') LOOP INSERT INTO "
                     "visits (note) VALUES ('visit'); COMMIT; PERFORM pg_sleep(0.002); END LOOP; END $$"));
  });
  EXPECT_TRUE(eventually([this] { return sandbox_.sql("SELECT count(*) > 9 FROM visits") == "t\n"; }));
  std::string const scenario = std::string(status_check_only) + R"(
  - capture-target: {target: good, expected: [public.visits+]}
    timeout: 30s
  - verify: {target: good, checks: [digest, reference], reference: orders}
    timeout: 30s
)";
  CommandResult const declared = run_text(scenario);
  EXPECT_EQ(declared.exit_code, 0) << declared.out << declared.err;
  EXPECT_THAT(declared.out, HasSubstr("public.visits+: its changes are declared"));
  CommandResult const undeclared = run_text(replaced(scenario, "public.visits+", "public.visits.note"));
  EXPECT_NE(undeclared.exit_code, 0) << undeclared.out << undeclared.err;
  EXPECT_THAT(undeclared.out, HasSubstr("the data changes while the target is captured"));
  static_cast<void>(sandbox_.sql("INSERT INTO visits (note) VALUES ('stop')"));
}

TEST_F(Recoverability, ASegmentThatIsGoneFromTheStoreIsMissed) {
  std::string const end = take_backup();
  ASSERT_FALSE(end.empty());
  CommandResult const whole = run_text(status_check_only);
  ASSERT_EQ(whole.exit_code, 0) << whole.out << whole.err;
  ASSERT_THAT(journal(), HasSubstr("segments fetched from the store"));
  auto const file = in_store(end);
  ASSERT_FALSE(file.empty()) << end;
  std::filesystem::remove(file);
  CommandResult const result = run_text(status_check_only);
  EXPECT_NE(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(journal(), HasSubstr("missing in the store: " + end));
}

// Neither the backup's nor one of the newest: every segment that a recovery to now would read is fetched.
TEST_F(Recoverability, SoIsOneOfThoseBetweenTheBackupAndNow) {
  std::string const end = take_backup();
  ASSERT_FALSE(end.empty());
  std::string const primary =
      get_string(sandbox_.get("clusters.postgresql.cnpg.io", "orders"), "status.currentPrimary");
  auto const sql = [&](std::string const& statement) {
    auto const done = sandbox_.kubectl(
        {"exec", "-n", "develop", primary, "--", "psql", "-U", "postgres", "-qAtc", statement, "app"});
    EXPECT_EQ(done.exit_code, 0) << done.err;
    return std::string(trim(done.out));
  };
  std::vector<std::string> segments;
  for (int i = 0; i < 16; ++i) {
    segments.push_back(sql("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
    sql("SELECT pg_logical_emit_message(false, 'drill', 'fills a segment')");
    sql("SELECT pg_switch_wal()");
  }
  ASSERT_TRUE(eventually([&] { return !in_store(segments.back()).empty(); }));
  auto const file = in_store(segments[4]);
  ASSERT_FALSE(file.empty()) << segments[4];
  std::filesystem::remove(file);
  CommandResult const result = run_text(status_check_only);
  EXPECT_NE(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(journal(), HasSubstr("missing in the store: " + segments[4]));
}

}  // namespace
}  // namespace pgdrill::test
