#include <gmock/gmock.h>

#include "tests/support/postgres_server.hpp"
#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

std::string const orders =
    "CREATE TABLE customers (id int PRIMARY KEY);"
    "INSERT INTO customers SELECT generate_series(1, 50);"
    "CREATE TABLE orders (id int PRIMARY KEY, number int NOT NULL, quantity int DEFAULT 1, customer int);"
    "CREATE INDEX orders_customer_idx ON orders (customer);"
    "INSERT INTO orders SELECT i, i, i, 1 + i % 50 FROM generate_series(1, 200) i;";

std::string const insert =
    "INSERT INTO orders (id, number, customer) SELECT m, m, 7 FROM (SELECT max(id) + 1 FROM orders) o (m)";

TEST(Rewrite, RenameTable) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders RENAME TO purchases",
         .former = {insert, "UPDATE orders SET quantity = 2 WHERE id = 3", "SELECT * FROM orders"},
         .next = {"INSERT INTO purchases (id, number) SELECT max(id) + 1, max(id) + 1 FROM purchases"},
         .rows = "SELECT md5(string_agg(to_jsonb(t)::text, ',' ORDER BY id)) FROM purchases t"});
}

TEST(Rewrite, AddUnique) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE (number)",
         .former = {insert}});
}

TEST(Rewrite, AddForeignKey) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES "
                   "customers (id) ON DELETE CASCADE",
         .former = {insert, "UPDATE orders SET customer = 8 WHERE id = 3"}});
}

TEST(Rewrite, AddUniqueWithAllThatAnIndexCanCarry) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE NULLS NOT DISTINCT (number) "
                   "INCLUDE (quantity, customer) DEFERRABLE INITIALLY DEFERRED",
         .former = {insert}});
}

/// Columns of a primary key that may hold NULL are proven first.
TEST(Rewrite, AddPrimaryKey) {
  prove({.setup = orders + "CREATE TABLE lines (a int, \"B\" int NOT NULL, note text);"
                           "INSERT INTO lines SELECT i, i FROM generate_series(1, 200) i;",
         .change = "ALTER TABLE lines ADD PRIMARY KEY (a, \"B\") INCLUDE (note)",
         .former = {"INSERT INTO lines SELECT max(a) + 1, 7 FROM lines",
                    "UPDATE lines SET note = 'x' WHERE a = 3"},
         .rows = "SELECT md5(string_agg(to_jsonb(t)::text, ',' ORDER BY a)) FROM lines t"});
}

TEST(Rewrite, AddPrimaryKeyToRowsWithNullStopsBeforeTheProof) {
  auto const database = PostgresServer::shared().fresh_database(
      "CREATE TABLE lines (a int); INSERT INTO lines VALUES (1), (NULL);");
  review::Rewriting const rewriting = rewriting_of(database, "ALTER TABLE lines ADD PRIMARY KEY (a)");
  std::string refusal;
  for (std::size_t i = 0; i < rewriting.files.size() && refusal.empty(); ++i)
    refusal = run_file(database, review::render(rewriting, 1)[2 * i].content);
  EXPECT_THAT(refusal, testing::HasSubstr("1 rows of \"public\".\"lines\": fill them first"));
  EXPECT_EQ(run_file(database, "INSERT INTO lines VALUES (NULL)"), "") << "the former version was stopped";
}

TEST(Rewrite, AddForeignKeyWithAllThatItCanSay) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES "
                   "customers MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (customer) INITIALLY DEFERRED",
         .former = {insert, "UPDATE orders SET customer = 8 WHERE id = 3"}});
}

TEST(Rewrite, AddCheck) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders ADD CONSTRAINT positive CHECK (quantity > 0 AND number <> 0)",
         .former = {insert}});
}

TEST(Rewrite, ChangeDefault) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders ALTER COLUMN quantity SET DEFAULT 2 + 3",
         .former = {insert}});
}

}  // namespace
}  // namespace pgdrill::test
