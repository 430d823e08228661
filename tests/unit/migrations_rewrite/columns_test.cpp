#include <gmock/gmock.h>

#include "tests/support/postgres_server.hpp"
#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

std::string const orders =
    "CREATE TABLE customers (id int PRIMARY KEY);"
    "INSERT INTO customers SELECT generate_series(1, 50);"
    "CREATE TABLE orders (id int PRIMARY KEY, state text NOT NULL DEFAULT 'new' CHECK (state <> ''),"
    " quantity int NOT NULL DEFAULT 1, customer int REFERENCES customers, note text);"
    "CREATE INDEX orders_state_idx ON orders (state) WHERE state <> 'done';"
    "CREATE INDEX orders_expression_idx ON orders (id, (quantity + 1));"
    "CREATE INDEX orders_quantity_idx ON orders (quantity);"
    "INSERT INTO orders (id, state, quantity, customer) SELECT i, 's' || i, i, 1 + i % 50 FROM "
    "generate_series(1, 2500) i;";

TEST(Rewrite, RenameColumn) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders RENAME COLUMN state TO status",
         .former = {"INSERT INTO orders (id, state) VALUES ((SELECT max(id) + 1 FROM orders), 'paid')",
                    "INSERT INTO orders (id) VALUES ((SELECT max(id) + 1 FROM orders))",
                    "UPDATE orders SET state = state || 'x' WHERE id % 100 = 7",
                    "SELECT state FROM orders WHERE id = 7"},
         .next = {"INSERT INTO orders (id, status) VALUES ((SELECT max(id) + 1 FROM orders), 'paid')",
                  "UPDATE orders SET status = status || 'y' WHERE id % 100 = 9",
                  "SELECT status FROM orders WHERE id = 7"}});
}

/// A NULL that the former version writes is no default.
TEST(Rewrite, RenameColumnThatHasADefaultAndTakesNull) {
  prove({.setup =
             orders +
             "ALTER TABLE orders ALTER note SET DEFAULT 'd'; UPDATE orders SET note = 'n' WHERE id % 2 = 0;",
         .change = "ALTER TABLE orders RENAME COLUMN note TO remark",
         .former = {"INSERT INTO orders (id, note) VALUES ((SELECT max(id) + 1 FROM orders), NULL)",
                    "DO $$BEGIN ASSERT (SELECT note IS NULL FROM orders ORDER BY id DESC LIMIT 1); END$$",
                    "INSERT INTO orders (id) VALUES ((SELECT max(id) + 1 FROM orders))",
                    "DO $$BEGIN ASSERT (SELECT note = 'd' FROM orders ORDER BY id DESC LIMIT 1); END$$"},
         .next = {"INSERT INTO orders (id, remark) VALUES ((SELECT max(id) + 1 FROM orders), 'x')",
                  "DO $$BEGIN ASSERT (SELECT remark = 'x' FROM orders ORDER BY id DESC LIMIT 1); END$$",
                  "INSERT INTO orders (id) VALUES ((SELECT max(id) + 1 FROM orders))",
                  "DO $$BEGIN ASSERT (SELECT remark = 'd' FROM orders ORDER BY id DESC LIMIT 1); END$$"}});
}

/// A column that is called as the one to which it refers, and as an index.
TEST(Rewrite, RenameColumnWhoseNameIsThatOfOthers) {
  prove({.setup = "CREATE TABLE customers (buyer int PRIMARY KEY); INSERT INTO customers VALUES (1), (2);"
                  "CREATE TABLE orders (id int PRIMARY KEY, buyer int);"
                  "ALTER TABLE orders ADD FOREIGN KEY (buyer) REFERENCES customers (buyer)"
                  " ON DELETE SET NULL (buyer);"
                  "INSERT INTO orders SELECT i, 1 + i % 2 FROM generate_series(1, 1500) i;"
                  "CREATE INDEX buyer ON orders (buyer) WHERE buyer > 0;",
         .change = "ALTER TABLE orders RENAME COLUMN buyer TO client",
         .former = {"INSERT INTO orders (id, buyer) SELECT max(id) + 1, 2 FROM orders"},
         .next = {"INSERT INTO orders (id, client) SELECT max(id) + 1, 1 FROM orders"}});
}

TEST(Rewrite, RenameColumnUnderAUniqueConstraintWithAllThatAnIndexCanCarry) {
  prove({.setup = orders +
                  "UPDATE orders SET note = 'k' || id;"
                  "ALTER TABLE orders ADD CONSTRAINT orders_note_key UNIQUE NULLS NOT DISTINCT (note)"
                  " INCLUDE (quantity) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED;",
         .change = "ALTER TABLE orders RENAME COLUMN note TO remark",
         .former = {"UPDATE orders SET note = 'n' || id WHERE id % 100 = 7"},
         .next = {"UPDATE orders SET remark = 'm' || id WHERE id % 100 = 9"}});
}

/// What a column is beside its type: it must be on the column that takes its place, too, and on the one that
/// is made again on the way back.
std::string const detailed =
    orders +
    "ALTER TABLE orders ALTER note TYPE text COLLATE \"C\", ALTER note SET STORAGE EXTERNAL,"
    " ALTER note SET STATISTICS 77, ALTER note SET (n_distinct = 5);"
    "UPDATE orders SET note = 'n' || id;"
    "COMMENT ON COLUMN orders.note IS 'It''s a note';"
    "GRANT SELECT (note), UPDATE (note) ON orders TO pg_monitor WITH GRANT OPTION;"
    "GRANT SELECT (note) ON orders TO PUBLIC;";

TEST(Rewrite, RenameColumnWithCollationCommentRightsAndStorage) {
  prove({.setup = detailed,
         .change = "ALTER TABLE orders RENAME COLUMN note TO remark",
         .former = {"UPDATE orders SET note = 'n' WHERE id % 100 = 7"},
         .next = {"UPDATE orders SET remark = 'm' WHERE id % 100 = 9"}});
}

TEST(Rewrite, ChangeTypeOfAColumnWithCollationCommentRightsAndStorage) {
  for (std::string const type : {"varchar(40)", "varchar(40) COLLATE \"POSIX\""})
    prove({.setup = detailed,
           .change = "ALTER TABLE orders ALTER COLUMN note TYPE " + type,
           .former = {"UPDATE orders SET note = 'n' WHERE id % 100 = 7"},
           .next = {"UPDATE orders SET note = 'm' WHERE id % 100 = 9"}});
}

TEST(Rewrite, DropColumnWithCollationCommentRightsAndStorage) {
  prove({.setup = detailed,
         .change = "ALTER TABLE orders DROP COLUMN note",
         .former = {"UPDATE orders SET note = 'n' WHERE id % 100 = 7"},
         .next = {"INSERT INTO orders (id) SELECT max(id) + 1 FROM orders"}});
}

TEST(Rewrite, ChangeType) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders ALTER COLUMN quantity TYPE bigint",
         .former = {"INSERT INTO orders (id, quantity) VALUES ((SELECT max(id) + 1 FROM orders), 17)",
                    "UPDATE orders SET quantity = quantity + 1 WHERE id % 100 = 7",
                    "SELECT quantity FROM orders"},
         .next = {"INSERT INTO orders (id, quantity) VALUES ((SELECT max(id) + 1 FROM orders), 18)",
                  "UPDATE orders SET quantity = quantity + 1 WHERE id % 100 = 9"}});
}

TEST(Rewrite, RenameColumnOfATypeWithoutEquality) {
  prove({.setup = orders + "ALTER TABLE orders ADD extra json, ADD place point;"
                           "UPDATE orders SET extra = '{\"a\": 1}' WHERE id % 2 = 0;",
         .change = "ALTER TABLE orders RENAME COLUMN extra TO details",
         .former = {"INSERT INTO orders (id, extra) VALUES ((SELECT max(id) + 1 FROM orders), '{}')",
                    "UPDATE orders SET extra = '[1]' WHERE id % 100 = 7"},
         .next = {"UPDATE orders SET details = '[2]' WHERE id % 100 = 9"}});
}

/// A value over another one that the type's own = takes for the same, in the former version's column and in
/// the next one's.
TEST(Rewrite, ValuesThatAreEqualAndNotTheSameAreKept) {
  struct Case {
    std::string type;
    std::string first;
    std::string second;
  };
  for (Case const& one : {Case{"interval", "'1 mon'", "'30 days'"}, Case{"numeric", "1.0", "1.00"},
                          Case{"float8", "0", "'-0'"}, Case{"char(3) COLLATE anyway", "'a'", "'A'"},
                          Case{"json", "'{}'", "'{ }'"}, Case{"point", "'(0,0)'", "'(1e-9,0)'"}}) {
    auto const database = PostgresServer::shared().fresh_database(
        "CREATE COLLATION anyway (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
        "CREATE TABLE orders (id int PRIMARY KEY, a " +
        one.type + "); INSERT INTO orders SELECT i, " + one.first + " FROM generate_series(1, 4) i;");
    review::Rewriting const rewriting = rewriting_of(database, "ALTER TABLE orders RENAME COLUMN a TO b");
    std::vector<review::RenderedFile> const files = review::render(rewriting, 1);
    for (std::size_t i = 0; i < rewriting.files.size(); ++i) {
      ASSERT_EQ(run_file(database, files[2 * i].content), "") << one.type;
      if (rewriting.files[i].phase == review::Phase::backfill) {
        EXPECT_EQ(run_file(database, "UPDATE orders SET a = " + one.second + " WHERE id = 1"), "");
        EXPECT_EQ(run_file(database, "UPDATE orders SET b = " + one.second + " WHERE id = 2"), "");
        EXPECT_EQ(query_value(database, "SELECT string_agg(a::text, ';') FROM orders WHERE id <= 2"),
                  query_value(database, "SELECT string_agg(b::text, ';') FROM orders WHERE id <= 2"))
            << one.type;
        // What the verification must find: a row of which the trigger was not told.
        EXPECT_EQ(run_file(database, "SET session_replication_role = replica; UPDATE orders SET a = " +
                                         one.second + " WHERE id = 3"),
                  "");
        ASSERT_EQ(run_file(database, files[2 * i].content), "") << one.type;
      }
      if (rewriting.files[i].what == "verify") break;
    }
    EXPECT_EQ(query_value(database, "SELECT count(DISTINCT a::text COLLATE \"C\" || b::text) FROM orders"),
              "2")
        << one.type;
    EXPECT_EQ(query_value(database, "SELECT b::text FROM orders WHERE id = 1"),
              query_value(database, "SELECT (" + one.second + "::" + one.type.substr(0, one.type.find(' ')) +
                                        ")::text"))
        << one.type;
  }
}

TEST(Rewrite, TypeThatWouldCutAValueStopsBeforeTheSwitch) {
  auto const database = PostgresServer::shared().fresh_database(orders);
  review::Rewriting const rewriting =
      rewriting_of(database, "ALTER TABLE orders ALTER COLUMN state TYPE varchar(4)");
  std::string refusal;
  for (std::size_t i = 0; i < rewriting.files.size() && refusal.empty(); ++i) {
    EXPECT_NE(rewriting.files[i].phase, review::Phase::contract) << "s2500 was cut";
    refusal = run_file(database, review::render(rewriting, 1)[2 * i].content);
  }
  EXPECT_THAT(refusal, testing::HasSubstr("1501 rows"));
  EXPECT_THAT(refusal, testing::HasSubstr("would cut"));
}

/// Before the switch, and again before the former column goes: also of rows that came between.
TEST(Rewrite, ValuesThatWouldNotComeBackStopBeforeTheyAreLost) {
  struct Case {
    std::string setup, change, lossy;
  };
  std::string const parts =
      "CREATE TABLE orders (id int PRIMARY KEY, a text DEFAULT 'x', b text DEFAULT 'y');";
  std::string const merge = "ALTER TABLE orders DROP COLUMN a, DROP COLUMN b;";
  for (Case const& one :
       {Case{"CREATE TABLE orders (id int PRIMARY KEY, a numeric);", "ALTER TABLE orders ALTER a TYPE int",
             "a = 1.5"},
        Case{"CREATE TABLE orders (id int PRIMARY KEY, a float8);", "ALTER TABLE orders ALTER a TYPE real",
             "a = 0.1"},
        Case{"CREATE TABLE orders (id int PRIMARY KEY, a int);",
             "ALTER TABLE orders ALTER a TYPE boolean USING a::boolean", "a = 2"},
        Case{"CREATE TABLE orders (id int PRIMARY KEY, a text);",
             "ALTER TABLE orders ALTER a TYPE varchar(3) USING a::varchar(3)", "a = 'abcd'"},
        Case{parts, "ALTER TABLE orders ADD COLUMN c text; UPDATE orders SET c = a || ' ' || b;" + merge,
             "a = 'Juan Carlos', b = 'Rey'"},
        Case{parts, "ALTER TABLE orders ADD COLUMN c text; UPDATE orders SET c = a || ' ' || b;" + merge,
             "b = NULL"},
        Case{parts,
             "ALTER TABLE orders ADD COLUMN c text; UPDATE orders SET c = concat_ws(' ', a, b);" + merge,
             "a = NULL"},
        Case{"CREATE TABLE orders (id int PRIMARY KEY, a text);",
             "ALTER TABLE orders ADD COLUMN c text, ADD COLUMN d text; UPDATE orders SET c = split_part(a, ' "
             "', 1), "
             "d = split_part(a, ' ', 2); ALTER TABLE orders DROP COLUMN a;",
             "a = ''"}}) {
    for (bool const late : {false, true}) {
      auto const database = PostgresServer::shared().fresh_database(
          one.setup + "INSERT INTO orders (id) SELECT generate_series(1, 3);");
      std::string const write = "UPDATE orders SET " + one.lossy + " WHERE id = 2";
      std::string const rows = "SELECT to_jsonb(orders)::text FROM orders WHERE id = 2";
      review::Rewriting const rewriting = rewriting_of(database, one.change);
      if (!late) ASSERT_EQ(run_file(database, write), "");
      std::string refused;
      for (std::size_t i = 0; i < rewriting.files.size() && refused.empty(); ++i) {
        if (late && rewriting.files[i].phase == review::Phase::contract &&
            rewriting.files[i].what == "refill_former") {
          std::string const former = one.change.find("TYPE") == std::string::npos ? "a" : "a__former";
          std::string const renamed =
              former == "a" ? write : "UPDATE orders SET a__former" + write.substr(19);
          ASSERT_EQ(run_file(database, renamed), "") << one.change;
        }
        EXPECT_NE(rewriting.files[i].what, "stop_sync") << one.change << " after " << one.lossy;
        refused = run_file(database, review::render(rewriting, 1)[2 * i].content);
      }
      EXPECT_THAT(refused, testing::HasSubstr("1 rows of")) << one.change;
      EXPECT_THAT(refused, testing::HasSubstr("the way back gives other values")) << one.change;
    }
  }
}

TEST(Rewrite, AddNotNullWithDefault) {
  prove({.setup = orders + "ALTER TABLE orders ALTER note SET DEFAULT '';",
         .change = "ALTER TABLE orders ALTER COLUMN note SET NOT NULL",
         .former = {"INSERT INTO orders (id, note) VALUES ((SELECT max(id) + 1 FROM orders), NULL)",
                    "UPDATE orders SET note = NULL WHERE id % 100 = 7"},
         .next = {"INSERT INTO orders (id, note) VALUES ((SELECT max(id) + 1 FROM orders), 'n')"},
         .prepared = "UPDATE orders SET note = '' WHERE note IS NULL;"});
}

TEST(Rewrite, AddNotNullWithoutDefault) {
  prove({.setup = orders + "UPDATE orders SET note = 'n';",
         .change = "ALTER TABLE orders ALTER COLUMN note SET NOT NULL",
         .former = {"INSERT INTO orders (id, note) VALUES ((SELECT max(id) + 1 FROM orders), 'f')",
                    "UPDATE orders SET note = 'g' WHERE id % 100 = 7"}});
}

TEST(Rewrite, AddNotNullWithoutDefaultStopsAtRowsWithNullBeforeAnyVersionNotices) {
  auto const database = PostgresServer::shared().fresh_database(orders);
  review::Rewriting const rewriting =
      rewriting_of(database, "ALTER TABLE orders ALTER COLUMN note SET NOT NULL");
  EXPECT_THAT(run_file(database, review::render(rewriting, 1).front().content),
              testing::HasSubstr("2500 rows of \"public\".\"orders\": fill them first"));
  EXPECT_EQ(run_file(database, "INSERT INTO orders (id) SELECT max(id) + 1 FROM orders"), "");
}

TEST(Rewrite, DropColumn) {
  Change const change{
      .setup = orders,
      .change = "ALTER TABLE orders DROP COLUMN quantity",
      .former = {"INSERT INTO orders (id, quantity) VALUES ((SELECT max(id) + 1 FROM orders), 17)",
                 "SELECT quantity FROM orders",
                 "DO $$BEGIN ASSERT (SELECT count(*) FROM orders WHERE state = 'n' AND quantity <> 1) = 0; "
                 "END$$"},
      .next = {"INSERT INTO orders (id, state) VALUES ((SELECT max(id) + 1 FROM orders), 'n')"}};
  prove(change);
  prove_way_back_from_each_file(change);
}

/// What the former version reads in rows that the next one writes, a comment says: it is NOT NULL at any
/// time.
TEST(Rewrite, DropNotNullColumnWithoutDefault) {
  Change const change{
      .setup = orders + "ALTER TABLE orders ALTER quantity DROP DEFAULT;",
      .change =
          "-- pgdrill: back quantity = length(orders.state) + 2\n"
          "ALTER TABLE orders DROP COLUMN quantity",
      .former =
          {"INSERT INTO orders (id, quantity) VALUES ((SELECT max(id) + 1 FROM orders), 17)",
           "DO $$BEGIN ASSERT (SELECT count(*) FROM orders WHERE quantity IS NULL) = 0; END$$",
           "DO $$BEGIN ASSERT (SELECT count(*) FROM orders WHERE state = 'next' AND quantity <> 6) = 0; "
           "END$$"},
      .next = {"INSERT INTO orders (id, state) VALUES ((SELECT max(id) + 1 FROM orders), 'next')",
               "UPDATE orders SET note = 'x' WHERE id % 100 = 7"}};
  prove(change);
  prove_way_back_from_each_file(change);
}

}  // namespace
}  // namespace pgdrill::test
