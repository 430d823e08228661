#include <gtest/gtest.h>

#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

std::string tables(std::string const& key) {
  return "CREATE TABLE orders (id " + key +
         " PRIMARY KEY, state text NOT NULL DEFAULT 'new');"
         "CREATE TABLE lines (id int PRIMARY KEY, order_id int NOT NULL,"
         " CONSTRAINT lines_order_fkey FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE);"
         "INSERT INTO orders (state) SELECT 's' || i FROM generate_series(1, 2500) i;"
         "INSERT INTO lines SELECT i, i FROM generate_series(1, 200) i;";
}

Change change(std::string const& key) {
  return {.setup = tables(key),
          .change = "ALTER TABLE orders ALTER COLUMN id TYPE bigint",
          .former = {"INSERT INTO orders (state) VALUES ('paid')",
                     "WITH o AS (INSERT INTO orders DEFAULT VALUES RETURNING id)"
                     " INSERT INTO lines SELECT 1000 + max(lines.id), max(o.id) FROM o, lines",
                     "UPDATE orders SET state = 'x' WHERE id = 7", "SELECT id FROM orders"},
          .next = {"INSERT INTO orders (state) VALUES ('paid')",
                   "WITH o AS (INSERT INTO orders DEFAULT VALUES RETURNING id)"
                   " INSERT INTO lines SELECT 1000 + max(lines.id), max(o.id) FROM o, lines",
                   "DELETE FROM orders WHERE id = 9"},
          .rows =
              "SELECT md5((SELECT string_agg(to_jsonb(o)::text, ',' ORDER BY id) FROM orders o) ||"
              " (SELECT string_agg(to_jsonb(l)::text, ',' ORDER BY id) FROM lines l))"};
}

TEST(Rewrite, PrimaryKeyTypeOfSerial) { prove(change("serial")); }
TEST(Rewrite, PrimaryKeyTypeOfIdentity) { prove(change("int GENERATED ALWAYS AS IDENTITY")); }

TEST(Rewrite, RenamePrimaryKey) {
  Change renamed = change("serial");
  renamed.change = "ALTER TABLE orders RENAME COLUMN id TO number";
  renamed.next = {"INSERT INTO orders (state) VALUES ('paid')", "DELETE FROM orders WHERE number = 9"};
  renamed.rows = "SELECT md5(string_agg(to_jsonb(o)::text, ',' ORDER BY number)) FROM orders o";
  prove(renamed);
}

}  // namespace
}  // namespace pgdrill::test
