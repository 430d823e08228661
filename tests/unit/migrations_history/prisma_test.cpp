#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* table = R"(
CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz,
  migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0);
INSERT INTO _prisma_migrations VALUES ('a', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '2026-01-01', '20240101000000_init', NULL, NULL, '2026-01-01', 1);
INSERT INTO _prisma_migrations VALUES ('b', 'x', NULL, '20240201000000_total', 'ERROR: no', '2026-01-02', '2026-01-02', 0);
)";

constexpr char const* open_row =
    "INSERT INTO _prisma_migrations VALUES ('c', 'x', NULL, '20240201000000_total', 'ERROR: still no', NULL, "
    "'2026-01-03', 0);";

TEST(Prisma, ARowPerAttempt) {
  auto found = history_after("prisma", table);
  EXPECT_EQ(version_of(found.history.last(RunState::applied)), "20240101000000_init");
  EXPECT_EQ(found.history.last_failure(), nullptr);
  auto const comparison =
      compare_with(found, sources({{"migrations/20240101000000_init/migration.sql", ""},
                                   {"migrations/20240201000000_total/migration.sql", "SELECT 1"},
                                   {"migrations/migration_lock.toml", ""}}));
  EXPECT_THAT(pending_versions(comparison), ElementsAre("20240201000000_total"));
  EXPECT_THAT(comparison.findings, IsEmpty());  // the checksum of the first is that of an empty file
}

TEST(Prisma, AnOpenAttemptIsDirtyAndBothWaysOutMendIt) {
  for (bool const finish : {true, false}) {
    auto const database = test::PostgresServer::shared().fresh_database(std::string(table) + open_row);
    auto const found = history_after("prisma", std::string(table) + open_row);
    EXPECT_EQ(version_of(found.history.last_failure()), "20240201000000_total");
    ASSERT_EQ(found.history.findings.size(), 1U);
    carry_out(database, finish ? found.history.findings[0].finish : found.history.findings[0].undo);
    EXPECT_EQ(
        test::query_value(
            database,
            "SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL"),
        "0");
  }
}

TEST(Prisma, AChangedFileIsSaid) {
  auto found = history_after("prisma", table);
  EXPECT_THAT(
      said(compare_with(found, sources({{"20240101000000_init/migration.sql", "SELECT 2"}})).findings),
      ElementsAre("problem changed-checksum migration 20240101000000_init"));
}

}  // namespace
}  // namespace pgdrill::migrations
