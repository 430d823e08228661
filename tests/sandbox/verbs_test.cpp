// Verbs that ask a cluster, against a sandbox of the real binary.
#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string const shipped = PGDRILL_SOURCE_DIR "/scenarios/data-rollback.yaml";

class Verbs : public testing::Test {
 protected:
  /// Here and not in SetUpTestSuite, whose failures would pass as skipped tests.
  void SetUp() override {
    if (sandbox_ == nullptr) sandbox_ = std::make_unique<Sandbox>();
    ASSERT_TRUE(sandbox_->healthy());
  }
  static void TearDownTestSuite() { sandbox_.reset(); }

  json::array doctor(std::vector<std::string> const& more = {}) {
    std::vector<std::string> command{"doctor", "-n", "develop", "-o", "json"};
    command.insert(command.end(), more.begin(), more.end());
    CommandResult const result = sandbox_->pgdrill(command);
    exit_code_ = result.exit_code;
    json::value const document = parse_json(result.out).value_or(nullptr);
    json::value const* const checks = find(document, "checks");
    return checks == nullptr ? json::array() : checks->as_array();
  }
  std::string status(json::array const& checks, std::string_view name) {
    std::string worst;
    for (json::value const& one : checks) {
      if (get_string(one, "check") != name) continue;
      std::string const here = get_string(one, "status");
      if (worst.empty() || here != "ok") worst = here;
    }
    return worst;
  }
  void label(std::string const& value) {
    CommandResult const done = sandbox_->kubectl({"label", "namespace", "develop", "--overwrite", value});
    ASSERT_EQ(done.exit_code, 0) << done.err;
  }

  TemporaryDirectory directory_;
  int exit_code_ = -1;
  static std::unique_ptr<Sandbox> sandbox_;
};

std::unique_ptr<Sandbox> Verbs::sandbox_;

TEST_F(Verbs, DoctorFindsTheDemoFitForADrill) {
  // The first backup and the first archived segment come some seconds after the cluster is healthy.
  ASSERT_TRUE(eventually([&] { return !doctor().empty() && exit_code_ == 0; }));
  json::array const checks = doctor({});
  for (std::string_view const name : {"opt-in", "leftovers", "permissions", "cluster", "archiving",
                                      "object-store", "application", "superuser", "flux", "git", "clocks"})
    EXPECT_EQ(status(checks, name), "ok") << name;
}

TEST_F(Verbs, DoctorTellsWhatIsMissingAndHowToMendIt) {
  label("pgdrill.io/allow-faults-");
  CommandResult const result = sandbox_->pgdrill({"doctor", shipped, "--var", "kustomization=migartions"});
  label("pgdrill.io/allow-faults=true");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out,
              HasSubstr("to mend it: if it is a test namespace: kubectl label namespace develop"));
  EXPECT_THAT(result.out, HasSubstr("migartions"));
}

TEST_F(Verbs, DoctorTellsAnExpiredLeaseOfAKilledRun) {
  ASSERT_EQ(
      sandbox_->kubectl({"create", "-f", PGDRILL_SOURCE_DIR "/tests/data/expired-lease.yaml"}).exit_code, 0);
  json::array const checks = doctor();
  EXPECT_EQ(sandbox_->kubectl({"delete", "lease", "pgdrill", "-n", "develop"}).exit_code, 0);
  EXPECT_EQ(status(checks, "leftovers"), "warning");
}

TEST_F(Verbs, DoctorOfAnUnreachableApiIsOneMessage) {
  CommandResult const result = run({PGDRILL_BINARY, "doctor", "--kubeconfig", "/no/such/file"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("/no/such/file"));
}

TEST_F(Verbs, InitWritesAScenarioThatPasses) {
  // init takes what the cluster has as it finds it: before Flux has applied the migrations once, there is
  // less.
  CommandResult const applied = sandbox_->kubectl(
      {"wait", "kustomization/migrations", "-n", "develop", "--for=condition=Ready", "--timeout=60s"});
  ASSERT_EQ(applied.exit_code, 0) << applied.out << applied.err;
  std::string const dir = (directory_.path() / "drills").string();
  CommandResult const made = sandbox_->pgdrill({"init", "-n", "develop", "--dir", dir});
  ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
  EXPECT_THAT(made.out,
              HasSubstr("kubectl label namespace develop pgdrill.io/allow-faults=true   # is there already"));
  std::string const scenario = dir + "/orders-rollback.yaml";
  EXPECT_THAT(read_file(scenario).value_or(""),
              AllOf(HasSubstr("service: orders-db"), HasSubstr("repository: app")));
  EXPECT_EQ(
      sandbox_->kubectl({"apply", "--dry-run=client", "-f", dir + "/orders-rollback-rbac.yaml"}).exit_code,
      0);
  EXPECT_EQ(run({PGDRILL_BINARY, "validate", scenario}).exit_code, 0);
  CommandResult const again = sandbox_->pgdrill({"init", "-n", "develop", "--dir", dir});
  EXPECT_EQ(again.exit_code, 2) << "nothing may be overwritten";
  CommandResult const passed =
      sandbox_->pgdrill({"run", scenario, "--evidence", (directory_.path() / "evidence").string()});
  EXPECT_EQ(passed.exit_code, 0) << passed.out << passed.err;
  EXPECT_THAT(passed.out, HasSubstr("PASS (GO)"));
}

TEST_F(Verbs, InitOfANamespaceWithoutAClusterSaysSo) {
  CommandResult const result =
      sandbox_->pgdrill({"init", "-n", "default", "--dir", directory_.path().string()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("no CloudNativePG Cluster"));
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(Verbs, RunStreamsItsJournalAsJson) {
  CommandResult const result = sandbox_->pgdrill(
      {"run", shipped, "-o", "json", "--evidence", (directory_.path() / "evidence").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, read_file(directory_.path() / "evidence" / "journal.jsonl").value_or(""));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1B")));
}

}  // namespace
}  // namespace pgdrill::test
