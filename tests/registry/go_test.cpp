#include "tests/registry/registry.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;

Installed go(std::string const& name, std::string const& package, std::string const& tags = "") {
  return install(name, "GOBIN=\"$PWD\" go install " + (tags.empty() ? "" : "-tags " + tags + " ") + package);
}

TEST(Registry, Goose) {
  auto const tool = go("goose", "github.com/pressly/goose/v3/cmd/goose@v3.29.0");
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write("m/00001_a.sql", "-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;\n");
  stage.run((tool.folder / "goose").string() + " -dir m postgres \"$DATABASE_URL\" up");
  stage.write("m/00002_half.sql",
              "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE half (id int);\nSELECT nothing_here;\n");
  stage.run((tool.folder / "goose").string() + " -dir m postgres \"$DATABASE_URL\" up", 1);
  Audit const audit = stage.audited();
  EXPECT_EQ(the_history(audit, "goose").found.history.last(RunState::applied)->version, "1");
  EXPECT_EQ(audit.pending(), 1U);
}

TEST(Registry, GolangMigrate) {
  auto const tool =
      go("golang-migrate", "github.com/golang-migrate/migrate/v4/cmd/migrate@v4.18.3", "postgres");
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write("m/1_a.up.sql", "CREATE TABLE a (id int);");
  stage.write("m/1_a.down.sql", "DROP TABLE a;");
  stage.write("m/2_b.up.sql", "SELECT nothing_here;");
  stage.write("m/2_b.down.sql", "");
  stage.run((tool.folder / "migrate").string() + " -path m -database \"$DATABASE_URL\" up", 1);
  Audit const audit = stage.audited();
  EXPECT_EQ(the_history(audit, "golang-migrate").found.history.last_failure()->version, "2");
  EXPECT_THAT(audit_text(audit), HasSubstr("dirty-history"));
  EXPECT_THAT(audit.backends, testing::IsEmpty());
  // Killed, it leaves the same row; that the server goes on is what tells the two apart.
  Stage const other;
  other.write("m/1_slow.up.sql", "CREATE TABLE a (id int); SELECT pg_sleep(60);");
  other.write("m/1_slow.down.sql", "DROP TABLE a;");
  Audit const killed = other.audited_after_kill((tool.folder / "migrate").string() +
                                                " -path m -database \"$DATABASE_URL\" up");
  EXPECT_EQ(the_history(killed, "golang-migrate").found.history.last_failure()->version, "1");
  ASSERT_EQ(killed.backends.size(), 1U) << audit_text(killed);
  EXPECT_THAT(killed.backends[0].query, HasSubstr("pg_sleep"));
}

// Its executor with a revisions table as the command line keeps it; see atlas/main.go.
TEST(Registry, Atlas) {
  auto const tool =
      install("atlas", "cp " PGDRILL_SOURCE_DIR "/tests/registry/atlas/* . && go build -o atlas .");
  SKIP_WITHOUT(tool);
  std::string const atlas = (tool.folder / "atlas").string();
  Stage const stage;
  stage.write("m/20240101000000_a.sql", "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n");
  stage.write("m/20240201000000_b.sql", "ALTER TABLE a ADD COLUMN b int;\nSELECT cause();\nSELECT 1;\n");
  stage.run(atlas, 1);
  Audit const stopped = stage.audited();
  History const& history = the_history(stopped, "atlas").found.history;
  EXPECT_EQ(history.last(RunState::applied)->version, "20240101000000");
  EXPECT_EQ(history.last_failure()->version, "20240201000000");
  EXPECT_THAT(audit_text(stopped), HasSubstr("stopped after 1 of 3 statements"));
  EXPECT_THAT(audit_text(stopped), testing::Not(HasSubstr("changed-checksum")));
  // Once the cause is mended it goes on where it stopped.
  stage.run("psql -q \"$DATABASE_URL\" -c 'CREATE FUNCTION cause() RETURNS int RETURN 1'");
  stage.run(atlas);
  stage.write("m/20240301000000_c.sql", "SELECT 2;\n");
  Audit const mended = stage.audited();
  EXPECT_EQ(the_history(mended, "atlas").found.history.last_failure(), nullptr) << audit_text(mended);
  EXPECT_EQ(mended.pending(), 1U);
  stage.write("m/20240201000000_b.sql", "SELECT 3;\n");
  EXPECT_THAT(audit_text(stage.audited()), HasSubstr("changed-checksum"));
}

}  // namespace
}  // namespace pgdrill::migrations
