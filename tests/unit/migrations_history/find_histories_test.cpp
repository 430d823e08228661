#include <algorithm>
#include <filesystem>

#include "harness/base/files.hpp"
#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(FindHistories, ThreeToolsShareOneTableNameInThreeSchemas) {
  auto const histories = histories_after(R"(
    CREATE SCHEMA a; CREATE TABLE a.schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
    CREATE SCHEMA b; CREATE TABLE b.schema_migrations (version varchar NOT NULL PRIMARY KEY);
    CREATE SCHEMA c; CREATE TABLE c.schema_migrations (version varchar NOT NULL PRIMARY KEY);
    CREATE TABLE c.ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);)");
  std::vector<std::string> told;
  for (auto const& found : histories.found) told.push_back(found.table.schema + " " + found.tool->name);
  EXPECT_THAT(told, ElementsAre("a golang-migrate", "b dbmate", "c rails"));
}

TEST(FindHistories, ATableWithTheNameAndOtherColumnsIsSaid) {
  auto const histories = histories_after("CREATE TABLE schema_migrations (what text, \"when\" date)");
  EXPECT_THAT(histories.found, IsEmpty());
  ASSERT_THAT(said(histories.findings), ElementsAre("note unknown-history table public.schema_migrations"));
  EXPECT_THAT(histories.findings[0].message, HasSubstr("what text, when date"));
}

TEST(FindHistories, AnEmptyTableThatItsNameAloneTellsIsSaidToBeAGuess) {
  std::string const dbmate = "TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY)";
  auto const empty = histories_after("CREATE " + dbmate);
  ASSERT_EQ(empty.found.size(), 1U);
  EXPECT_EQ(empty.found[0].tool->name, "dbmate");
  EXPECT_THAT(said(empty.findings), ElementsAre("note guessed-history table public.schema_migrations"));
  auto const filled =
      histories_after("CREATE " + dbmate + "; INSERT INTO schema_migrations VALUES ('20260101000000')");
  EXPECT_EQ(filled.found.size(), 1U);
  EXPECT_THAT(filled.findings, IsEmpty());
  EXPECT_THAT(histories_after("CREATE TABLE tags (version varchar NOT NULL PRIMARY KEY)").found, IsEmpty());
}

TEST(FindHistories, AHistoryThatMayNotBeReadIsSaid) {
  auto database = test::PostgresServer::shared().fresh_database(R"(
    DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'auditor') THEN CREATE ROLE auditor LOGIN; END IF; END $$;
    CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);)");
  database.user = "auditor";
  Histories histories;
  std::function<Result<>(pqxx::transaction_base&)> work =
      [&](pqxx::transaction_base& transaction) -> Result<> {
    TRY(auto const tables, read_tables(transaction));
    TRY(histories, find_histories(transaction, tables));
    return {};
  };
  auto const done =
      run_to_end(postgres::in_transaction(database, std::chrono::seconds(20), false, std::move(work)));
  ASSERT_TRUE(done) << describe(done.error());
  EXPECT_THAT(said(histories.findings),
              ElementsAre("warning unreadable-history table public.schema_migrations"));
}

TEST(FindHistories, EveryToolIsAFileOfItsNameWithATestOfItsName) {
  std::filesystem::path const root = PGDRILL_SOURCE_DIR;
  std::vector<std::string> registered;
  for (Tool const& tool : tools()) {
    std::string file = tool.name;
    std::ranges::replace(file, '-', '_');
    EXPECT_TRUE(std::filesystem::exists(root / "tests/unit/migrations_history" / (file + "_test.cpp")))
        << file;
    registered.push_back(file + ".cpp");
  }
  for (auto const& entry : std::filesystem::directory_iterator(root / "harness/migrations/history")) {
    auto const text = read_file(entry.path()).value_or("");
    if (entry.path().extension() != ".cpp" || text.find("RegisterTool const registered") == std::string::npos)
      continue;
    EXPECT_THAT(registered, testing::Contains(entry.path().filename().string()));
  }
}

}  // namespace
}  // namespace pgdrill::migrations
