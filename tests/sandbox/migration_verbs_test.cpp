// audit and review against a database of the sandbox: found and reached through the Kubernetes API, and read
// by its connection string.
#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class MigrationVerbs : public testing::Test {
 protected:
  /// Here and not in SetUpTestSuite, whose failures would pass as skipped tests.
  void SetUp() override {
    if (sandbox_ == nullptr) sandbox_ = std::make_unique<Sandbox>();
    ASSERT_TRUE(sandbox_->healthy());
  }
  static void TearDownTestSuite() { sandbox_.reset(); }

  static std::string sql(std::string const& statement) { return sandbox_->sql(statement); }
  /// The application's connection string, as its Secret has it, with an address that is reached from outside.
  static std::string url() {
    std::string const password = sandbox_
                                     ->kubectl({"get", "secret", "orders-app", "-n", "develop", "-o",
                                                "go-template={{.data.password | base64decode}}"})
                                     .out;
    json::value const pod = sandbox_->get("pod", "orders-1");
    return "postgresql://app:" + password + "@" + get_string(pod, "status.podIP") + ":5432/app";
  }

  TemporaryDirectory directory_;
  static std::unique_ptr<Sandbox> sandbox_;
};

std::unique_ptr<Sandbox> MigrationVerbs::sandbox_;

/// One sandbox for all of them: each test is a process of its own.
TEST_F(MigrationVerbs, AuditFindsTheClusterItsHistoryAndWhatIsWrongWithIt) {
  ASSERT_TRUE(eventually([&] { return sql("SELECT version, dirty FROM schema_migrations") == "1|f\n"; }));
  CommandResult const result =
      sandbox_->pgdrill({"audit", "-n", "develop", "--cluster", "orders", "-o", "json"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  json::value const document = parse_json(result.out).value_or(nullptr);
  ASSERT_EQ(find(document, "histories")->as_array().size(), 1U) << result.out;
  EXPECT_EQ(get_string(find(document, "histories")->as_array().front(), "tool"), "golang-migrate");
  EXPECT_EQ(get_string(find(document, "histories")->as_array().front(), "last_success.version"), "1");

  // Dirty and pending.
  sql("UPDATE schema_migrations SET dirty = true");
  ASSERT_TRUE(write_file_atomically(directory_.path() / "000001_a.up.sql", "SELECT 1;").has_value());
  ASSERT_TRUE(write_file_atomically(directory_.path() / "000002_b.up.sql", "SELECT 1;").has_value());
  CommandResult const dirty =
      sandbox_->pgdrill({"audit", "-n", "develop", "--migrations", directory_.path().string()});
  sql("UPDATE schema_migrations SET dirty = false");
  EXPECT_EQ(dirty.exit_code, 1) << dirty.out << dirty.err;
  EXPECT_THAT(dirty.out, HasSubstr("dirty-history"));
  EXPECT_THAT(dirty.out, HasSubstr("000002_b.up.sql"));

  // A Cluster that is not there is one message.
  CommandResult const missing = sandbox_->pgdrill({"audit", "-n", "develop", "--cluster", "odrers"});
  EXPECT_EQ(missing.exit_code, 3) << missing.out << missing.err;
  EXPECT_THAT(missing.err, HasSubstr("odrers"));
}

TEST_F(MigrationVerbs, ReviewAndRewriteKnowTheDatabase) {
  std::string const file = (directory_.path() / "change.sql").string();
  ASSERT_TRUE(
      write_file_atomically(file, "ALTER TABLE customers ALTER COLUMN name TYPE varchar(40);").has_value());
  CommandResult const alone = run({PGDRILL_BINARY, "review", file});
  CommandResult const known = run({PGDRILL_BINARY, "review", "--database", url(), file});
  EXPECT_EQ(known.exit_code, 1) << known.out << known.err;
  EXPECT_NE(alone.out, known.out) << "the database told nothing";
  EXPECT_THAT(known.out + known.err, Not(HasSubstr(url()))) << "the password is shown";

  // And its definitions are what a rewriting needs.
  std::string const phases = (directory_.path() / "phases").string();
  ASSERT_TRUE(
      write_file_atomically(file, "ALTER TABLE customers RENAME COLUMN name TO full_name;").has_value());
  CommandResult const result =
      run({PGDRILL_BINARY, "review", "--rewrite", phases, "--database", url(), file});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(read_file(phases + "/000001_expand_add_column.up.sql").value_or(""), HasSubstr("full_name"));
}

}  // namespace
}  // namespace pgdrill::test
