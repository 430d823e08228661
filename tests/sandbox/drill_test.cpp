// The data-rollback drill as a user runs it: the real binary against a sandbox of its own, with real
// PostgreSQL.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <map>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/engine/registry.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

std::string const scenario = PGDRILL_SOURCE_DIR "/scenarios/data-rollback.yaml";

class Drill : public testing::Test {
 protected:
  /// Here and not in SetUpTestSuite, whose failures would pass as skipped tests.
  void SetUp() override {
    if (sandbox_ == nullptr) sandbox_ = std::make_unique<Sandbox>();
  }
  static void TearDownTestSuite() { sandbox_.reset(); }

  /// Runs the drill; the evidence goes to evidence().
  CommandResult drill(std::vector<std::string> more = {}, std::string const& file = scenario) {
    std::vector<std::string> command{"run", file, "--evidence", evidence().string()};
    command.insert(command.end(), more.begin(), more.end());
    return sandbox_->pgdrill(command);
  }

  std::filesystem::path evidence() const { return directory_.path() / "evidence"; }

  json::value verdict() const {
    return parse_json(read_file(evidence() / "verdict.json").value_or(""), "verdict.json").value_or(nullptr);
  }

  std::string objective(std::string_view name) const {
    json::value const document = verdict();
    json::value const* const objectives = find(document, "objectives");
    if (objectives == nullptr) return "(no verdict)";
    for (json::value const& entry : objectives->as_array()) {
      if (get_string(entry, "name") == name) return get_string(entry, "status");
    }
    return "(missing)";
  }

  /// What a run would leave in the namespace: its labelled objects, undo records, the lease, the drill's
  /// schema.
  std::string leftovers() const {
    std::string const labelled =
        sandbox_
            ->kubectl(
                {"get",
                 "clusters.postgresql.cnpg.io,backups.postgresql.cnpg.io,jobs,configmaps,services,leases",
                 "-n", "develop", "-l", "pgdrill.io/run", "-o", "name"})
            .out;
    std::string const schema = sql("SELECT nspname FROM pg_namespace WHERE nspname = 'pgdrill'");
    json::value const object = sandbox_->get("service", "orders-db");
    json::value const* const selected = member(find(object, "spec.selector"), "cnpg.io/cluster");
    std::string const cut =
        selected != nullptr && selected->as_string() == "orders" ? "" : "service orders-db is cut over";
    return labelled + schema + cut;
  }

  std::string sql(std::string const& statement) const { return sandbox_->sql(statement); }
  std::string sql_of(std::string const& pod, std::string const& statement) const {
    return sandbox_
        ->kubectl({"exec", "-n", "develop", pod, "-c", "postgres", "--", "psql", "-XAt", "-d", "app", "-c",
                   statement})
        .out;
  }

  /// "step: name" of the checks in the journal: those that the run planned at its start, and those that it
  /// made.
  std::pair<std::vector<std::string>, std::vector<std::string>> checks() const {
    std::vector<std::string> planned;
    std::vector<std::string> made;
    for (std::string const& line : split(read_file(evidence() / "journal.jsonl").value_or(""), '\n')) {
      json::value const event = parse_json(line.empty() ? "null" : line).value_or(nullptr);
      if (get_string(event, "event") == "check") made.push_back(step_and_name(event));
      if (get_string(event, "event") != "run-started") continue;
      for (json::value const& check : event.at("checks").as_array()) planned.push_back(step_and_name(check));
    }
    return {planned, made};
  }
  static std::string step_and_name(json::value const& check) {
    return get_string(check, "step") + ": " + get_string(check, "name");
  }

  /// "after promoted by finishedAt": which clocks of the cluster stand beside which marks. Each has a known
  /// offset, and none saw a moment on the wrong side of its mark: that would be no lateness of ours.
  std::vector<std::string> clocks() const {
    std::vector<std::string> told;
    json::value const document = verdict();
    for (json::value const& clock : document.at("clocks").as_array()) {
      std::string const order = get_string(clock, "order");
      std::string const source = get_string(clock, "source");
      double const contradiction = clock.at("contradiction_s").to_number<double>();
      EXPECT_TRUE(order == "after" ? contradiction == 0 : contradiction <= 0) << json::serialize(clock);
      EXPECT_FALSE(clock.at("offset_most_s").is_null()) << json::serialize(clock);
      std::string const field = source.substr(source.find_last_of(":,") + 2);
      told.push_back(order + " " + get_string(clock, "mark") + " by " + field.substr(0, field.find(" of ")));
    }
    return told;
  }

  /// The steps of the run by their ids: what their kinds declare.
  std::map<std::string, scenario::Declaration> declarations() const {
    std::map<std::string, scenario::Declaration> all;
    json::value const started = events("run-started").at(0);
    for (json::value const& step : started.at("steps").as_array()) {
      auto const* const entry = engine::find_entry(engine::steps(), get_string(step, "kind"));
      if (entry != nullptr) all[get_string(step, "id")] = entry->declaration;
    }
    return all;
  }
  std::vector<json::value> events(std::string_view name) const {
    std::vector<json::value> all;
    for (std::string const& line : split(read_file(evidence() / "journal.jsonl").value_or(""), '\n')) {
      json::value event = parse_json(line.empty() ? "null" : line).value_or(nullptr);
      if (get_string(event, "event") == name) all.push_back(std::move(event));
    }
    return all;
  }

  /// Steps write the marks that they declare, and a witness of what they change.
  void expect_marks_and_witnesses() const {
    std::map<std::string, scenario::Declaration> const steps = declarations();
    for (json::value const& mark : events("mark"))
      EXPECT_THAT(steps.at(get_string(mark, "step")).marks, Contains(get_string(mark, "name")));
    std::vector<std::string> witnessed;
    for (json::value const& witness : events("witness")) witnessed.push_back(get_string(witness, "subject"));
    EXPECT_THAT(witnessed, IsSupersetOf({"capture-target", "commit-migration", "git-revert",
                                         "wait-reconciled", "restore", "cut-over"}));
  }

  /// A fact of the run, as its journal has it.
  json::value fact(std::string_view name) const {
    for (std::string const& line : split(read_file(evidence() / "journal.jsonl").value_or(""), '\n')) {
      json::value const event = parse_json(line.empty() ? "null" : line).value_or(nullptr);
      if (get_string(event, "event") == "fact" && get_string(event, "name") == name) return event.at("value");
    }
    return nullptr;
  }

  TemporaryDirectory directory_;
  static std::unique_ptr<Sandbox> sandbox_;
};

std::unique_ptr<Sandbox> Drill::sandbox_;

TEST_F(Drill, PassesAndLeavesNothingBehind) {
  CommandResult const result = drill();
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_EQ(get_string(verdict(), "decision"), "go");
  for (std::string_view const name : {"rto", "rpo", "integrity"}) EXPECT_EQ(objective(name), "met") << name;
  EXPECT_THAT(leftovers(), IsEmpty());
  EXPECT_EQ(sql("SELECT coalesce(sum(amount), 0) = 0 FROM ledger_entries"), "t\n")
      << "the corrupted rows were not put back";
  EXPECT_THAT(clocks(), IsSupersetOf({"before recovery-started by startedAt", "same promoted by log_time",
                                      "same promoted by its log", "after promoted by finishedAt",
                                      "after restore-requested by creationTimestamp",
                                      "before cluster-ready by currentPrimaryTimestamp",
                                      "same cluster-ready by lastTransitionTime",
                                      "after promoted by pg_postmaster_start_time()"}));
  EXPECT_EQ(get_int(fact("restored-end"), "bytes_after_target", -1), 0) << "it was restored by name";
  auto const [planned, made] = checks();
  EXPECT_EQ(planned, made);
  EXPECT_THAT(made, Contains("verify: digest equals the captured one"));
  expect_marks_and_witnesses();
}

TEST_F(Drill, ItsPackageHoldsTheManifestThatRestoresTheCapturedTarget) {
  ASSERT_EQ(drill().exit_code, 0);
  // What came after the target must not come back with it.
  EXPECT_EQ(sql("UPDATE ledger_entries SET amount = amount + 1"), "UPDATE 10000\n");
  CommandResult const created =
      sandbox_->kubectl({"create", "-f", (evidence() / "recovery-cluster.yaml").string()});
  ASSERT_EQ(created.exit_code, 0) << created.out << created.err;
  std::string const type = "clusters.postgresql.cnpg.io";
  json::value cluster;
  bool const healthy = eventually([&] {
    cluster = sandbox_->get(type, "orders-recovered");
    return get_string(cluster, "status.phase") == "Cluster in healthy state";
  });
  ASSERT_TRUE(healthy) << json::serialize(cluster);
  std::string const pod = get_string(cluster, "status.currentPrimary");
  EXPECT_EQ(sql_of(pod, "SELECT count(*), sum(amount) = 0 FROM ledger_entries"), "10000|t\n");
  EXPECT_EQ(sql_of(pod, "SELECT version, dirty FROM schema_migrations"), "1|f\n");
  EXPECT_EQ(sql_of(pod, "SELECT string_agg(name, ',') FROM pgdrill.markers"),
            get_string(fact("captured-target"), "marker_before") + "\n")
      << "the marker before the target, and not the one after it";
  EXPECT_EQ(sql("UPDATE ledger_entries SET amount = amount - 1"), "UPDATE 10000\n");
  EXPECT_EQ(sandbox_->kubectl({"delete", type, "orders-recovered", "-n", "develop"}).exit_code, 0);
}

TEST_F(Drill, ReportsComeAgainByteForByte) {
  ASSERT_EQ(drill().exit_code, 0);
  std::filesystem::path const again = directory_.path() / "again";
  CommandResult const result =
      run({PGDRILL_BINARY, "report", (evidence() / "journal.jsonl").string(), "--evidence", again.string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (std::string const file : {"junit.xml", "verdict.json", "evidence.html", "metrics.prom", "writes.jsonl",
                                 "statement.intoto.json", "MANIFEST.sha256"}) {
    std::string const first = read_file(evidence() / file).value_or("");
    EXPECT_FALSE(first.empty()) << file;
    EXPECT_TRUE(first == read_file(again / file).value_or("(missing)")) << file << " differs";
  }
}

TEST_F(Drill, IsShownAmongEarlierRuns) {
  std::filesystem::path const earlier = directory_.path() / "earlier";
  ASSERT_EQ(drill().exit_code, 0);
  std::filesystem::rename(evidence(), earlier);
  ASSERT_EQ(drill({"--history", earlier.string()}).exit_code, 0);
  std::string const figures = read_file(evidence() / "history.csv").value_or("(missing)");
  EXPECT_EQ(std::ranges::count(figures, '\n'), 2) << "a header and one run: " << figures;
  std::filesystem::path const again = directory_.path() / "again";
  run({PGDRILL_BINARY, "report", (evidence() / "journal.jsonl").string(), "--evidence", again.string(),
       "--history", earlier.string()});
  EXPECT_EQ(read_file(again / "MANIFEST.sha256").value_or(""),
            read_file(evidence() / "MANIFEST.sha256").value_or("(missing)"));
}

TEST_F(Drill, ATargetThatIsTooLateFailsAndNamesTheRows) {
  CommandResult const result = drill({"--var", "restore_by=time", "--var", "restore_offset=1h"});
  EXPECT_NE(result.exit_code, 0) << "a target in the future cannot be restored";
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Drill, ARestoreWithTheCorruptionInItFailsAndNamesTheRows) {
  CommandResult const result = drill({}, PGDRILL_SOURCE_DIR "/tests/data/scenarios/too-late.yaml");
  EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
  EXPECT_EQ(get_string(verdict(), "decision"), "no-go");
  EXPECT_EQ(objective("integrity"), "missed");
  std::string const text = read_file(evidence() / "verdict.json").value_or("");
  EXPECT_THAT(text, HasSubstr("ledger_entries"));
  EXPECT_THAT(text, HasSubstr("id=7"));
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Drill, OneLostAcknowledgedWriteFails) {
  CommandResult const result = drill({}, PGDRILL_SOURCE_DIR "/tests/data/scenarios/lost-write.yaml");
  EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
  EXPECT_EQ(objective("rpo"), "missed");
}

TEST_F(Drill, OneDifferentDefaultFails) {
  CommandResult const result = drill({}, PGDRILL_SOURCE_DIR "/tests/data/scenarios/changed-default.yaml");
  EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
  EXPECT_EQ(objective("integrity"), "missed");
  EXPECT_THAT(read_file(evidence() / "verdict.json").value_or(""), HasSubstr("default"));
}

TEST_F(Drill, AMigrationThatFailsIsUndone) {
  CommandResult const result = drill({}, PGDRILL_SOURCE_DIR "/tests/data/scenarios/failing-migration.yaml");
  EXPECT_EQ(result.exit_code, 4) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("division by zero")) << "the Job's log tells why";
  EXPECT_THAT(leftovers(), IsEmpty());
  EXPECT_EQ(sql("SELECT version, dirty FROM schema_migrations"), "1|f\n");
}

TEST_F(Drill, WithoutTheOptInNothingIsBroken) {
  ASSERT_EQ(sandbox_->kubectl({"label", "namespace", "develop", "pgdrill.io/allow-faults-"}).exit_code, 0);
  CommandResult const result = drill();
  EXPECT_EQ(sandbox_->kubectl({"label", "namespace", "develop", "pgdrill.io/allow-faults=true"}).exit_code,
            0);
  EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("kubectl label namespace develop pgdrill.io/allow-faults=true"));
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Drill, ATargetInTheFutureIsRefusedBeforeAnythingIsBroken) {
  CommandResult const result = drill({}, PGDRILL_SOURCE_DIR "/tests/data/scenarios/unreachable.yaml");
  EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("2099"));
  EXPECT_THAT(read_file(evidence() / "journal.jsonl").value_or(""), Not(HasSubstr("undo-announced")));
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Drill, AScenarioWithTyposIsToldInWholeAndTouchesNothing) {
  std::filesystem::path const file = directory_.path() / "typos.yaml";
  std::string text = read_file(scenario).value_or("");
  text.replace(text.find("status-check"), 12, "status-chekc");
  text.replace(text.find("objectives"), 10, "objektives");
  ASSERT_TRUE(write_file_atomically(file, text).has_value());
  CommandResult const result = drill({}, file.string());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean 'objectives'"));
  EXPECT_THAT(result.err, HasSubstr("status-check"));
  EXPECT_FALSE(std::filesystem::exists(evidence()));
}

TEST_F(Drill, AKubeconfigThatPointsNowhereIsOneClearMessage) {
  CommandResult const result = run(
      {PGDRILL_BINARY, "run", scenario, "--evidence", evidence().string(), "--kubeconfig", "/no/such/file"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("/no/such/file"));
  EXPECT_FALSE(std::filesystem::exists(evidence())) << "nothing may be left behind";
}

TEST_F(Drill, AnInterruptedRunUndoesAndReports) {
  Background run(sandbox_->pgdrill_command({"run", scenario, "--evidence", evidence().string()}),
                 directory_.path() / "out");
  ASSERT_TRUE(eventually([&] {
    return read_file(evidence() / "journal.jsonl").value_or("").find("\"damage-done\"") !=
               std::string::npos ||
           !run.running();
  })) << run.output();
  run.signal(SIGINT);
  EXPECT_EQ(run.wait(), 130) << run.output();
  EXPECT_EQ(get_string(verdict(), "decision"), "inconclusive");
  EXPECT_THAT(read_file(evidence() / "junit.xml").value_or(""),
              HasSubstr("<testcase name=\"check migration history\""))
      << "what was not reached has its case all the same";
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(Drill, TheCloneOfAKilledRunIsRemovedByCleanup) {
  std::filesystem::path const temporary = directory_.path() / "temporary";
  std::filesystem::create_directory(temporary);
  auto const with_it = [&](std::vector<std::string> arguments) {
    std::vector<std::string> command{"env", "TMPDIR=" + temporary.string()};
    for (std::string& word : sandbox_->pgdrill_command(std::move(arguments)))
      command.push_back(std::move(word));
    return command;
  };
  auto const clones = [&] {
    return std::ranges::count_if(std::filesystem::directory_iterator(temporary), [](auto const& entry) {
      return entry.path().filename().string().starts_with("pgdrill-clone-");
    });
  };
  Background run(with_it({"run", scenario, "--evidence", evidence().string()}), directory_.path() / "out");
  ASSERT_TRUE(eventually([&] { return clones() > 0 || !run.running(); })) << run.output();
  run.signal(SIGKILL);
  run.wait();
  ASSERT_EQ(clones(), 1);
  CommandResult const cleanup = test::run(with_it({"cleanup", "-n", "develop"}));
  EXPECT_EQ(cleanup.exit_code, 0) << cleanup.out << cleanup.err;
  EXPECT_THAT(cleanup.out, HasSubstr("removed 1 temporary directories that killed runs left here"));
  EXPECT_EQ(clones(), 0);
  EXPECT_THAT(leftovers(), IsEmpty());
}

class KilledDrill : public Drill, public testing::WithParamInterface<std::string> {};

TEST_P(KilledDrill, IsCleanedUpAfterwards) {
  Background run(sandbox_->pgdrill_command({"run", scenario, "--evidence", evidence().string()}),
                 directory_.path() / "out");
  ASSERT_TRUE(eventually([&] {
    std::string const journal = read_file(evidence() / "journal.jsonl").value_or("");
    std::size_t at = journal.find("\"step\":\"" + GetParam() + "\"");
    return at != std::string::npos || !run.running();
  })) << run.output();
  run.signal(SIGKILL);
  run.wait();
  EXPECT_EQ(sandbox_->pgdrill({"cleanup", "-n", "develpo"}).exit_code, 3) << "it is not there";
  CommandResult const cleanup = sandbox_->pgdrill({"cleanup", "-n", "develop"});
  EXPECT_EQ(cleanup.exit_code, 0) << cleanup.out << cleanup.err;
  EXPECT_THAT(leftovers(), IsEmpty());
  EXPECT_EQ(sandbox_->pgdrill({"cleanup", "-n", "develop"}).exit_code, 0)
      << "cleaning up twice must do no harm";
}

INSTANTIATE_TEST_SUITE_P(Steps, KilledDrill,
                         testing::Values("status-check", "capture-target", "commit-migration", "detect",
                                         "git-revert", "wait-reconciled", "restore", "cut-over", "verify"),
                         [](auto const& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace pgdrill::test
