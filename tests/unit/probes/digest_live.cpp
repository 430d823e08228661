#include "probes/digest_live.hpp"

#include <gmock/gmock.h>

#include "tests/support/postgres_server.hpp"

namespace pgdrill::probes {
namespace {

using test::PostgresServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* schema =
    "CREATE TABLE entries (id int PRIMARY KEY, amount int, note text, at timestamptz); INSERT INTO entries "
    "SELECT n, n * 3, 'note ' || n, timestamptz '2026-01-01' + n * interval '1 s' FROM generate_series(1, "
    "30000) n; CREATE TABLE loose (a int, b text); INSERT INTO loose VALUES (1, 'x'), (1, 'x'), (2, NULL)";

LiveComparison compared(std::string const& change, ExpectedChanges const& declared = {}) {
  auto const expected = PostgresServer::shared().fresh_database(schema);
  auto const actual = PostgresServer::shared().fresh_database(schema);
  if (!change.empty()) test::run_sql(actual, change);
  auto result = run_to_end(compare_live(expected, actual, {}, declared));
  EXPECT_TRUE(result) << describe(result.error());
  return result.value_or(LiveComparison());
}

TEST(CompareLive, TheSameIsFoundWithOneQuery) {
  auto const result = compared("CLUSTER entries USING entries_pkey; UPDATE loose SET a = a");
  EXPECT_THAT(result.differences, IsEmpty());
  EXPECT_EQ(result.most_queries, 1);
}

// Many rows of one bucket changed: a snapshot of sums cannot name them, two live sides can.
TEST(CompareLive, NamesRowsAndColumnsOfManyChanges) {
  auto const result = compared(
      "UPDATE entries SET note = upper(note) WHERE id BETWEEN 100 AND 115; UPDATE entries SET at = at + "
      "interval '1 microsecond', amount = 0 WHERE id = 7");
  ASSERT_EQ(result.differences.size(), 1U);
  EXPECT_EQ(result.differences[0].what, "17 rows changed in amount, at, note");
  EXPECT_EQ(result.differences[0].rows.front(), "id=7 (amount, at)");
  EXPECT_EQ(result.differences[0].rows.back(), "id=115 (note)");
  EXPECT_EQ(result.most_queries, 3);
}

TEST(CompareLive, NamesRowsThatWentAndCame) {
  auto const result = compared("DELETE FROM entries WHERE id IN (5, 6); INSERT INTO entries VALUES (40000)");
  ASSERT_EQ(result.differences.size(), 2U);
  EXPECT_EQ(result.differences[0].what, "2 rows are gone");
  EXPECT_THAT(result.differences[0].rows, ElementsAre("id=5", "id=6"));
  EXPECT_EQ(result.differences[1].what, "1 rows were added");
  EXPECT_THAT(result.differences[1].rows, ElementsAre("id=40000"));
}

TEST(CompareLive, CountsRowsOfTablesWithoutAKey) {
  auto const result = compared("DELETE FROM loose WHERE ctid = (SELECT min(ctid) FROM loose WHERE a = 1)");
  ASSERT_EQ(result.differences.size(), 1U);
  EXPECT_EQ(result.differences[0].object, "table public.loose");
  EXPECT_EQ(result.differences[0].what, "1 rows are gone");
}

// Rows came and a column changed in one table: each is told apart, row by row.
TEST(CompareLive, LeavesDeclaredChangesOut) {
  std::string const change =
      "UPDATE entries SET at = at + interval '1 s' WHERE id < 9; INSERT INTO entries VALUES (40000)";
  ExpectedChanges const declared{"public.entries.at", "public.entries+"};
  EXPECT_THAT(compared(change, declared).differences, IsEmpty());
  EXPECT_EQ(compared(change, {"public.entries+"}).differences.size(), 1U);
  EXPECT_EQ(compared(change, {"public.entries.at"}).differences.size(), 1U);
  auto const more = compared(
      change + "; UPDATE entries SET at = now(), note = '' WHERE id = 5; DELETE FROM entries WHERE id = 4",
      declared);
  ASSERT_EQ(more.differences.size(), 2U);
  EXPECT_THAT(more.differences[0].rows, ElementsAre("id=5 (at, note)"));
  EXPECT_THAT(more.differences[1].rows, ElementsAre("id=4"));
  EXPECT_THAT(compared("DROP TABLE loose", {"public.loose"}).differences, IsEmpty());
}

// What is not looked into may hold what was not declared.
TEST(CompareLive, DoesNotVouchForDeclaredChangesThatItDoesNotLookInto) {
  auto const result = compared("UPDATE entries SET at = now()", {"public.entries.at"});
  ASSERT_EQ(result.differences.size(), 1U);
  EXPECT_THAT(result.differences[0].what, HasSubstr("more rows differ than are looked into"));
}

TEST(CompareLive, TellsTablesAndColumnsThatOneSideHas) {
  auto const result =
      compared("DROP TABLE loose; ALTER TABLE entries ADD more int; CREATE TABLE fresh (a int)");
  ASSERT_EQ(result.differences.size(), 3U);
  EXPECT_THAT(result.differences[0].what, HasSubstr("columns"));
  EXPECT_THAT(result.differences[1].what, HasSubstr("gone"));
  EXPECT_THAT(result.differences[2].what, HasSubstr("new"));
}

}  // namespace
}  // namespace pgdrill::probes
