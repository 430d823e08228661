#include <gtest/gtest.h>

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
