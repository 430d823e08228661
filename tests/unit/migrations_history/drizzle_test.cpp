#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Drizzle, TheJournalTellsTheTimesByWhichRowsAreKnown) {
  auto const sql =
      "CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text "
      "NOT NULL, created_at bigint); "
      "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES (encode(sha256('SELECT 1'::bytea), "
      "'hex'), 1700000000000)";
  auto found = history_after("drizzle", sql);
  auto const journal =
      R"({"entries": [{"idx": 0, "when": 1700000000000, "tag": "0000_a"}, {"idx": 1, "when": 1700000000001, "tag": "0001_b"}]})";
  auto const comparison = compare_with(
      found,
      sources({{"meta/_journal.json", journal}, {"0000_a.sql", "SELECT 1"}, {"0001_b.sql", "SELECT 2"}}));
  EXPECT_THAT(pending_versions(comparison), ElementsAre("1700000000001"));
  EXPECT_THAT(comparison.findings, IsEmpty());
}

}  // namespace
}  // namespace pgdrill::migrations
