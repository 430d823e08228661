#include "harness/migrations/review/written_default.hpp"

#include <gtest/gtest.h>

#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {
namespace {

/// The default of column c of table t after these statements.
std::string default_after(std::vector<std::string> const& statements) {
  Schema schema;
  for (std::string const& text : statements) {
    auto const parsed = parse_statement(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    for (Action const& action : actions_of(*parsed, text)) schema.apply(action, text);
  }
  Column const* const column = schema.table({"", "t"})->column("c");
  return column == nullptr ? "no column" : column->written_default;
}

TEST(WrittenDefault, OfADefinitionEndsWhereTheNextClauseBegins) {
  auto const of = [](std::string const& clauses) {
    return default_after(
        {"CREATE TABLE t (a int DEFAULT 1, -- DEFAULT 2\n  C text " + clauses + ", d int DEFAULT 3)"});
  };
  EXPECT_EQ(of("DEFAULT 'new'"), "'new'");
  EXPECT_EQ(of("DEFAULT 'a, NOT NULL)' NOT NULL"), "'a, NOT NULL)'");
  EXPECT_EQ(of("NOT NULL DEFAULT 'a'::varchar(3)"), "'a'::varchar(3)");
  EXPECT_EQ(of("DEFAULT CASE WHEN now() IS NOT NULL THEN 'x' ELSE NULL END CHECK (c <> '')"),
            "CASE WHEN now() IS NOT NULL THEN 'x' ELSE NULL END");
  EXPECT_EQ(of("DEFAULT (ARRAY['a', 'b'])[1] CONSTRAINT there NOT NULL"), "(ARRAY['a', 'b'])[1]");
  EXPECT_EQ(of("REFERENCES u ON DELETE SET DEFAULT DEFAULT lower('X') UNIQUE"), "lower('X')");
  EXPECT_EQ(of("DEFAULT NULL NULL"), "NULL");
  EXPECT_EQ(of("NOT NULL"), "");
}

TEST(WrittenDefault, FollowsTheColumn) {
  std::string const create = "CREATE TABLE t (\"c\" text DEFAULT 'a')";
  EXPECT_EQ(default_after({create}), "'a'");
  EXPECT_EQ(default_after({create, "ALTER TABLE t ALTER c SET DEFAULT 'b' || 'c', ADD d int"}), "'b' || 'c'");
  EXPECT_EQ(default_after({create, "ALTER TABLE t ALTER c DROP DEFAULT"}), "");
  EXPECT_EQ(default_after({create, "ALTER TABLE t RENAME c TO d",
                           "ALTER TABLE t ADD COLUMN IF NOT EXISTS c int DEFAULT 1 + 2 NOT NULL, ADD e int"}),
            "1 + 2");
}

/// Words of PostgreSQL 17 and later are told to the parser in others, and what follows moves.
TEST(WrittenDefault, IsNotKnownWhereTheTextIsNotTheParsersOwn) {
  EXPECT_EQ(default_after({"CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a) VIRTUAL, c int DEFAULT 1)"}),
            "");
}

}  // namespace
}  // namespace pgdrill::review
