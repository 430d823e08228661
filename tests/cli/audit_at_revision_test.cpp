// pgdrill audit against the migrations of a Git revision.
#include <gmock/gmock.h>

#include <filesystem>

#include "harness/base/files.hpp"
#include "tests/cli/binary.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;

/// The history of golang-migrate, with one migration run.
std::string const one_has_run =
    "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);"
    "INSERT INTO schema_migrations VALUES (1, false); CREATE TABLE orders (id int);";

class AuditAtRevision : public testing::Test {
 protected:
  AuditAtRevision() {
    git({"init", "--quiet", "--initial-branch=main"});
    write("db/migrations/1_orders.up.sql", "CREATE TABLE orders (id int);");
    commit("first");
    git({"tag", "v1"});
    write("db/migrations/2_total.up.sql", "ALTER TABLE orders ADD COLUMN total int;");
    commit("second");
    // Of the work tree alone; nothing of it is in any revision.
    write("db/migrations/3_note.up.sql", "ALTER TABLE orders ADD COLUMN note text;");
  }

  void write(std::string const& path, std::string const& content) const {
    std::filesystem::create_directories((repository() / path).parent_path());
    ASSERT_TRUE(write_file_atomically(repository() / path, content));
  }
  std::string git(std::vector<std::string> arguments) const {
    std::vector<std::string> command = {
        "git", "-C", repository().string(), "-c", "user.name=test", "-c", "user.email=test@localhost"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    CommandResult const result = run(command);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  }
  void commit(std::string const& message) const {
    git({"add", "--all"});
    git({"commit", "--quiet", "--message", message});
  }
  [[nodiscard]] std::filesystem::path const& repository() const { return directory_.path(); }

  [[nodiscard]] CommandResult audit(std::string const& migrations) const {
    std::string const host = database_.host_address.empty() ? database_.host : database_.host_address;
    return pgdrill_verb({"audit", "--database",
                         "postgresql://" + database_.user + "@" + host + ":" +
                             std::to_string(database_.port) + "/" + database_.database + "?sslmode=disable",
                         "-o", "json", "--migrations", migrations});
  }
  /// Versions of the pending migrations, with their paths.
  [[nodiscard]] std::vector<std::string> pending(std::string const& migrations) const {
    CommandResult const result = audit(migrations);
    EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
    json::value const document = json_of(result);
    json::value const& history = find(document, "histories")->as_array().front();
    std::vector<std::string> found;
    for (json::value const& one : find(history, "pending")->as_array())
      found.push_back(get_string(one, "version") + " " + get_string(one, "path"));
    return found;
  }

  TemporaryDirectory directory_;
  postgres::ConnectionParameters database_ = PostgresServer::shared().fresh_database(one_has_run);
};

TEST_F(AuditAtRevision, ReadsTheRevisionAndNotTheWorkTree) {
  std::string const before = git({"status", "--porcelain"});
  std::string const at = repository().string() + "@";
  EXPECT_THAT(pending(at + "v1:db/migrations"), testing::IsEmpty());
  EXPECT_THAT(pending(at + "main:db/migrations"),
              testing::ElementsAre("2 " + at + "main:db/migrations/2_total.up.sql"));
  EXPECT_THAT(pending("golang-migrate=" + at + "main:"),
              testing::ElementsAre("2 " + at + "main:db/migrations/2_total.up.sql"));
  EXPECT_THAT(pending(repository().string() + "/db/migrations"), testing::SizeIs(2));
  EXPECT_EQ(git({"status", "--porcelain"}), before);
}

TEST_F(AuditAtRevision, ClonesAUrl) {
  EXPECT_THAT(pending("file://" + repository().string() + "@main:db/migrations"), testing::SizeIs(1));
}

TEST_F(AuditAtRevision, SaysWhatIsNotThere) {
  std::string const at = repository().string() + "@";
  std::pair<std::string, std::string> const wrong[] = {
      {at + "v2:db/migrations", "the repository has no revision v2"},
      {at + "v1:db/migration", "has no db/migration"},
      {"/nowhere@v1:db", "there is no directory /nowhere"},
      {"/tmp@v1:db", "not a git repository"},
      {"file:///nowhere@v1:db", "/nowhere"},
  };
  for (auto const& [migrations, why] : wrong) {
    CommandResult const result = audit(migrations);
    EXPECT_NE(result.exit_code, 0) << migrations;
    EXPECT_THAT(result.err, HasSubstr(why)) << migrations;
    EXPECT_THAT(result.err, HasSubstr(migrations));
  }
  EXPECT_THAT(audit(at + "v2:db/migrations").err, HasSubstr("write REPO@REVISION:PATH"));
}

}  // namespace
}  // namespace pgdrill::test
