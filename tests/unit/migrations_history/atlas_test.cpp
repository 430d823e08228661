#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* table = R"(
CREATE SCHEMA atlas_schema_revisions;
CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (version varchar NOT NULL, description varchar NOT NULL, type bigint NOT NULL DEFAULT 2,
  applied bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0, executed_at timestamptz NOT NULL, execution_time bigint NOT NULL,
  error text, error_stmt text, hash varchar NOT NULL, partial_hashes jsonb, operator_version varchar NOT NULL, PRIMARY KEY (version));
INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES ('.atlas_cloud_identifier', 'x', 2, 0, 0, now(), 0, '', '', '', NULL, 'Atlas');
INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES ('20240101000000', 'orders', 2, 2, 2, now(), 1, '', '', 'other', NULL, 'Atlas');
)";

constexpr char const* stopped =
    "INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES ('20240201000000', 'total', 2, 1, 3, "
    "now() + interval '1 s', 1, 'pq: no', 'ALTER', "
    "'h', NULL, 'Atlas');";

TEST(Atlas, AStoppedFileIsUnfinishedAndBothWaysOutMendIt) {
  for (bool const finish : {true, false}) {
    auto const database = test::PostgresServer::shared().fresh_database(std::string(table) + stopped);
    auto const found = history_after("atlas", std::string(table) + stopped);
    EXPECT_EQ(version_of(found.history.last_failure()), "20240201000000");
    ASSERT_EQ(found.history.findings.size(), 1U);
    EXPECT_THAT(found.history.findings[0].message, HasSubstr("1 of 3 statements"));
    carry_out(database, finish ? found.history.findings[0].finish : found.history.findings[0].undo);
    EXPECT_EQ(test::query_value(database,
                                "SELECT count(*) FROM atlas_schema_revisions.atlas_schema_revisions WHERE "
                                "applied < total OR error <> ''"),
              "0");
  }
}

TEST(Atlas, TheHashCoversTheFilesBefore) {
  auto const files = find_tool("atlas")->files(sources(
      {{"20240101000000_orders.sql", "a"}, {"20240201000000_total.sql", "b"}, {"atlas.sum", "h1:x"}}));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[1].name, "total");
  auto const alone = find_tool("atlas")->files(sources({{"20240201000000_total.sql", "b"}}));
  EXPECT_NE(files[1].checksum, alone[0].checksum);
  EXPECT_EQ(files[0].checksum.size(), 44U);
}

// `-- atlas:sum ignore`, in the first line alone.
TEST(Atlas, TheHashPassesOverAFileThatIsIgnored) {
  auto const hash_of_last = [](std::string const& first) {
    return find_tool("atlas")
        ->files(sources({{"20240101000000_orders.sql", first}, {"20240201000000_total.sql", "b"}}))
        .back()
        .checksum;
  };
  EXPECT_EQ(hash_of_last("-- atlas:sum ignore\na"), hash_of_last("-- atlas:sum ignore\nc"));
  EXPECT_NE(hash_of_last("a\n-- atlas:sum ignore"), hash_of_last("c\n-- atlas:sum ignore"));
}

// `atlas migrate set` leaves count and error as they are.
TEST(Atlas, WhatIsResolvedByHandIsApplied) {
  auto const found =
      history_after("atlas", std::string(table) + stopped +
                                 "UPDATE atlas_schema_revisions.atlas_schema_revisions SET type = 6 WHERE "
                                 "version = '20240201000000';");
  EXPECT_EQ(version_of(found.history.last(RunState::applied)), "20240201000000");
  EXPECT_THAT(found.history.findings, IsEmpty());
}

TEST(Atlas, NothingBelowTheBaselineIsPending) {
  auto found = history_after("atlas", std::string(table) +
                                          "UPDATE atlas_schema_revisions.atlas_schema_revisions SET type = 1 "
                                          "WHERE version = '20240101000000';");
  Comparison const compared =
      compare_with(found, sources({{"20230101000000_former.sql", "a"}, {"20240201000000_total.sql", "b"}}));
  EXPECT_THAT(pending_versions(compared), ElementsAre("20240201000000"));
  EXPECT_THAT(said(compared.findings), IsEmpty());
}

TEST(Atlas, AnAppliedFileThatChangedIsSaid) {
  auto found = history_after("atlas", table);
  EXPECT_THAT(said(compare_with(found, sources({{"20240101000000_orders.sql", "a"}})).findings),
              ElementsAre("problem changed-checksum migration 20240101000000 (orders)"));
}

}  // namespace
}  // namespace pgdrill::migrations
