// The shipped scenarios about migrations that go wrong half way, as a user runs them: the real binary against
// a sandbox of its own. What they must come to stands in the table that the tests on a real cluster read,
// too.
#include <gmock/gmock.h>

#include <algorithm>

#include "harness/base/files.hpp"
#include "tests/support/expected_verdicts.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

std::vector<ExpectedVerdict> of_migrations() {
  std::vector<ExpectedVerdict> chosen = expected_verdicts();
  std::erase_if(chosen, [](ExpectedVerdict const& one) {
    static std::vector<std::string> const names{"ExpandContractCycle", "HalfAppliedExpand",
                                                "ContractTooEarly", "BlockedMigration",
                                                "FailedMigrationRevert"};
    return std::find(names.begin(), names.end(), one.name) == names.end();
  });
  return chosen;
}

class MigrationScenarios : public testing::TestWithParam<ExpectedVerdict> {
 protected:
  /// Here and not in SetUpTestSuite, whose failures would pass as skipped tests.
  void SetUp() override {
    if (sandbox_ == nullptr) sandbox_ = std::make_unique<Sandbox>();
    ASSERT_TRUE(sandbox_->healthy());
  }
  static void TearDownTestSuite() { sandbox_.reset(); }

  static std::string sql(std::string const& statement) { return sandbox_->sql(statement); }

  TemporaryDirectory directory_;
  static std::unique_ptr<Sandbox> sandbox_;
};

std::unique_ptr<Sandbox> MigrationScenarios::sandbox_;

TEST_P(MigrationScenarios, ComesToItsVerdictAndLeavesNothingBehind) {
  std::string const evidence = (directory_.path() / "evidence").string();
  CommandResult const result =
      sandbox_->pgdrill({"run", PGDRILL_SOURCE_DIR "/" + GetParam().scenario, "--evidence", evidence});
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << result.out << result.err;
  json::value const verdict =
      parse_json(read_file(evidence + "/verdict.json").value_or(""), "verdict.json").value_or(nullptr);
  EXPECT_EQ(get_string(verdict, "decision"), GetParam().decision);
  EXPECT_EQ(sandbox_
                ->kubectl({"get", "clusters.postgresql.cnpg.io,backups.postgresql.cnpg.io,configmaps,leases",
                           "-n", "develop", "-l", "pgdrill.io/run", "-o", "name"})
                .out,
            "");
  EXPECT_EQ(sql("SELECT version, dirty FROM schema_migrations"), "1|f\n");
  // Nothing that the scenario's migrations made may be left: neither functions nor columns nor triggers.
  EXPECT_EQ(sql("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"), "");
  EXPECT_EQ(sql("SELECT string_agg(attname, ',' ORDER BY attname) FROM pg_attribute "
                "WHERE attrelid = 'customers'::regclass AND attnum > 0 AND NOT attisdropped"),
            "country,email,id,name,registered_at\n");
}

INSTANTIATE_TEST_SUITE_P(Shipped, MigrationScenarios, testing::ValuesIn(of_migrations()),
                         [](auto const& test) { return test.param.name; });

}  // namespace
}  // namespace pgdrill::test
