// Against a real PostgreSQL server.
#include "harness/steps/saved_tables.hpp"

#include <gtest/gtest.h>

#include "tests/support/postgres_server.hpp"

namespace pgdrill::steps {
namespace {

constexpr char const* schema = R"(
  CREATE SCHEMA pgdrill;
  CREATE TABLE t (t int GENERATED ALWAYS AS IDENTITY, gone text, note text, double int GENERATED ALWAYS AS (t * 2) STORED);
  ALTER TABLE t DROP COLUMN gone;
  INSERT INTO t (note) VALUES ('a'), ('b'), (NULL), ('b');
  CREATE SCHEMA "Odd ""one";
  CREATE TABLE "Odd ""one"."it's" (id int PRIMARY KEY);
  INSERT INTO "Odd ""one"."it's" VALUES (1), (2);
  CREATE TABLE child (parent int REFERENCES "Odd ""one"."it's" ON DELETE CASCADE);
  INSERT INTO child VALUES (2), (2);
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fired'; END $$;
)";

class SavedTables : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = test::PostgresServer::shared().fresh_database(schema);
    save();
  }
  void sql(std::string const& text) const { test::run_sql(database_, text); }
  [[nodiscard]] std::string value(std::string const& text) const {
    return test::query_value(database_, text);
  }
  [[nodiscard]] std::vector<SavedTable> saved() const { return parse_saved(value(list_saved_sql())).value(); }
  void save() const {
    std::vector<Table> const tables = parse_tables(value(list_tables_sql())).value();
    for (Table const& table : tables) sql(save_table_sql(table));
  }
  void restore() const {
    for (SavedTable const& table : saved()) sql(restore_table_sql(table).value());
  }
  [[nodiscard]] std::string rows() const {
    return value(R"(SELECT (SELECT json_agg(r ORDER BY t) FROM t r)::text
      || (SELECT json_agg(r ORDER BY id) FROM "Odd ""one"."it's" r)::text || (SELECT json_agg(r) FROM child r)::text)");
  }

  postgres::ConnectionParameters database_;
};

TEST_F(SavedTables, PutsDamagedRowsBackWithoutFiringTriggers) {
  std::string const before = rows();
  sql("UPDATE t SET note = 'damaged'; DELETE FROM \"Odd \"\"one\".\"it's\" WHERE id = 2;"
      "CREATE TRIGGER refuse BEFORE DELETE OR INSERT ON t FOR EACH ROW EXECUTE FUNCTION refuse()");
  ASSERT_NE(rows(), before);
  ASSERT_EQ(saved().size(), 3U);
  restore();
  EXPECT_EQ(rows(), before);
  EXPECT_TRUE(saved().empty());
  restore();  // nothing is left to do
  EXPECT_EQ(rows(), before);
}

TEST_F(SavedTables, SeesThatOneOfTwoEqualRowsIsMissing) {
  std::string const before = rows();
  sql("DELETE FROM child WHERE ctid = (SELECT min(ctid) FROM child)");
  restore();
  EXPECT_EQ(rows(), before);
}

TEST_F(SavedTables, LeavesATableAloneThatIsAsItWas) {
  std::string const where = "SELECT string_agg(ctid::text || xmin::text, ',' ORDER BY t) FROM t";
  std::string const before = value(where);
  restore();
  EXPECT_EQ(value(where), before);
}

TEST_F(SavedTables, KeepsTheOlderCopy) {
  std::string const before = rows();
  sql("UPDATE t SET note = 'damaged'");
  save();
  restore();
  EXPECT_EQ(rows(), before);
}

TEST_F(SavedTables, RefusesATableThatIsGoneOrHasOtherColumns) {
  sql("DROP TABLE child; ALTER TABLE t ALTER note TYPE varchar(20)");
  std::vector<std::string> refused;
  for (SavedTable const& table : saved()) {
    Result<std::string> const statement = restore_table_sql(table);
    if (!statement) refused.push_back(statement.error().where + ": " + statement.error().why);
  }
  EXPECT_EQ(refused, (std::vector<std::string>{"table public.child: the table is gone",
                                               "table public.t: its columns are not those that it had"}));
}

TEST_F(SavedTables, TellsLongNamesApart) {
  std::string const base(58, 'x');
  sql("CREATE TABLE " + base + "1 AS SELECT 1 AS a; CREATE TABLE " + base + "2 AS SELECT 2 AS a");
  sql(save_table_sql({"public", base + "1"}));
  sql(save_table_sql({"public", base + "2"}));
  sql("UPDATE " + base + "1 SET a = 7; UPDATE " + base + "2 SET a = 7");
  restore();
  EXPECT_EQ(value("SELECT a FROM " + base + "1"), "1");
  EXPECT_EQ(value("SELECT a FROM " + base + "2"), "2");
}

}  // namespace
}  // namespace pgdrill::steps
