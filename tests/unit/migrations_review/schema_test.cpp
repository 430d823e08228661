// The schema as statements are replayed on it, and copies that share what nobody changed.
#include "harness/migrations/review/schema.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace pgdrill::review {
namespace {

void apply(Schema& schema, std::string const& sql) {
  auto const parsed = parse_statement(sql);
  ASSERT_TRUE(parsed) << sql;
  for (Action const& action : actions_of(*parsed, sql)) schema.apply(action, sql);
}

Schema after(std::string const& sql) {
  Schema schema;
  apply(
      schema,
      "CREATE TABLE t (id int PRIMARY KEY, a int, b text DEFAULT 'x' NOT NULL, g int GENERATED ALWAYS AS (1) "
      "STORED)");
  apply(schema, sql);
  return schema;
}

Column const& column_of(Schema const& schema, std::string const& name) {
  static Column const none;
  Column const* const found = schema.table({"", "t"})->column(name);
  EXPECT_NE(found, nullptr) << name;
  return found == nullptr ? none : *found;
}

TEST(Schema, FollowsEachChangeOfAColumn) {
  EXPECT_EQ(column_of(after("ALTER TABLE t ADD COLUMN c int NOT NULL"), "c").type.text(), "int4");
  EXPECT_EQ(after("ALTER TABLE t DROP COLUMN a").table({"", "t"})->column("a"), nullptr);
  EXPECT_EQ(column_of(after("ALTER TABLE t RENAME COLUMN a TO c"), "c").name, "c");
  EXPECT_EQ(column_of(after("ALTER TABLE t ALTER a TYPE bigint"), "a").type.text(), "int8");
  EXPECT_EQ(column_of(after("ALTER TABLE t ALTER a SET DEFAULT 1"), "a").default_text, replayed_default);
  EXPECT_EQ(column_of(after("ALTER TABLE t ALTER b DROP DEFAULT"), "b").default_text, "");
  EXPECT_TRUE(column_of(after("ALTER TABLE t ALTER a SET NOT NULL"), "a").not_null);
  EXPECT_FALSE(column_of(after("ALTER TABLE t ALTER b DROP NOT NULL"), "b").not_null);
  EXPECT_FALSE(column_of(after("ALTER TABLE t ALTER g DROP EXPRESSION"), "g").generated);
  EXPECT_TRUE(column_of(after("ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY"), "id").identity);
}

TEST(Schema, IndexesFollowARenamedTable) {
  Schema schema = after("CREATE INDEX t_a ON t (a)");
  apply(schema, "ALTER TABLE t RENAME TO tt");
  EXPECT_EQ(schema.indexes_of({"", "tt"}).size(), 1U);
  EXPECT_EQ(schema.indexes_of({"", "t"}).size(), 0U);
}

TEST(Schema, ACopyKeepsWhatTheOtherChanges) {
  Schema const before = after("CREATE INDEX t_a ON t (a)");
  Schema changed = before;
  for (char const* const sql : {"ALTER TABLE t DROP COLUMN a", "DROP INDEX t_a", "CREATE TABLE u (id int)",
                                "CREATE TYPE state AS ENUM ('new')", "ALTER TABLE t RENAME TO tt"})
    apply(changed, sql);
  EXPECT_NE(column_of(before, "a").name, "");
  EXPECT_NE(before.index({"", "t_a"}), nullptr);
  EXPECT_EQ(before.table({"", "u"}), nullptr);
  EXPECT_EQ(before.type({"", "state"}), nullptr);
  EXPECT_EQ(std::as_const(changed).table({"", "t"}), nullptr);
  EXPECT_EQ(changed.index({"", "t_a"}), nullptr);
  EXPECT_NE(changed.type({"", "state"}), nullptr);
}

}  // namespace
}  // namespace pgdrill::review
