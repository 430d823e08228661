#include <gtest/gtest.h>

#include "tests/support/postgres_server.hpp"
#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

TEST(Rewrite, ExtractTable) {
  prove(
      {.setup = "CREATE TABLE orders (id int PRIMARY KEY, street text NOT NULL, city text, note text);"
                "CREATE INDEX orders_city_idx ON orders (city);"
                "INSERT INTO orders SELECT i, 's' || i, 'c' || i FROM generate_series(1, 2500) i;",
       .change =
           "CREATE TABLE addresses (order_id int PRIMARY KEY REFERENCES orders (id), street text, city text);"
           "INSERT INTO addresses (order_id, street, city) SELECT id, street, city FROM orders;"
           "ALTER TABLE orders DROP COLUMN street, DROP COLUMN city;",
       .former = {"INSERT INTO orders (id, street) SELECT max(id) + 1, 'x' FROM orders",
                  "UPDATE orders SET city = 'Rome' WHERE id = 7",
                  "DO $$BEGIN ASSERT (SELECT city FROM orders WHERE id = 7) = 'Rome'; END$$",
                  "DELETE FROM orders WHERE id = (SELECT min(id) FROM orders WHERE id > 100)"},
       .next = {"WITH o AS (INSERT INTO orders (id) SELECT max(id) + 1 FROM orders RETURNING id)"
                " INSERT INTO addresses SELECT id, 'y', 'z' FROM o",
                "UPDATE addresses SET city = 'Oslo' WHERE order_id = 9",
                "DELETE FROM addresses WHERE order_id = (SELECT min(order_id) FROM addresses WHERE order_id "
                "> 200)"},
       .rows = "SELECT md5((SELECT string_agg(to_jsonb(o)::text, ',' ORDER BY id) FROM orders o) ||"
               " (SELECT string_agg(to_jsonb(a)::text, ',' ORDER BY order_id) FROM addresses a))",
       // An order whose address was deleted has no street, which the former version's table must have.
       .stops_at = "relax_street",
       .stops_saying = "street would be NOT NULL again: fill them first",
       .goes_on_after = "UPDATE orders SET street = '' WHERE street IS NULL"});
}

TEST(Rewrite, ExtractTableSaysWhereItsWayBackMayStop) {
  std::string const change =
      "CREATE TABLE addresses (order_id int PRIMARY KEY, street text); INSERT INTO addresses (order_id, "
      "street) "
      "SELECT id, street FROM orders; ALTER TABLE orders DROP COLUMN street;";
  for (bool const filled : {false, true}) {
    auto const database = PostgresServer::shared().fresh_database(
        std::string("CREATE TABLE orders (id int PRIMARY KEY, street text") +
        (filled ? " NOT NULL);" : ");"));
    std::string const note = rewriting_of(database, change).note;
    EXPECT_EQ(note.find("has NULL in street") != std::string::npos, filled) << note;
  }
}

}  // namespace
}  // namespace pgdrill::test
