#include <gtest/gtest.h>

#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

std::string const orders =
    "CREATE TYPE state AS ENUM ('new', 'paid', 'void', 'lost');"
    "CREATE TABLE orders (id int PRIMARY KEY, state state NOT NULL DEFAULT 'new', former state, note text);"
    "CREATE INDEX orders_state_idx ON orders (state);"
    "INSERT INTO orders (id, state, former)"
    " SELECT i, (enum_range(NULL::state))[1 + i % 4], (enum_range(NULL::state))[1 + i % 3]"
    " FROM generate_series(1, 2500) i;";

/// Writes a label, and reads back what it wrote whoever else writes meanwhile.
std::vector<std::string> uses(std::string const& column, std::string const& label) {
  return {
      "INSERT INTO orders (id, " + column + ") SELECT max(id) + 1, '" + label + "' FROM orders",
      "INSERT INTO orders (id) SELECT max(id) + 1 FROM orders",
      "UPDATE orders SET " + column + " = '" + label + "' WHERE id % 100 = 7",
      "DO $$BEGIN ASSERT (SELECT " + column + "::text = '" + label + "' FROM orders WHERE id = 7); END$$"};
}

TEST(Rewrite, EnumWithoutALabelPutAsideFirst) {
  prove({.setup = orders + "ALTER TABLE orders DROP former;",
         .change = "ALTER TYPE state RENAME TO state_old;"
                   "CREATE TYPE state AS ENUM ('new', 'paid', 'gone');"
                   "ALTER TABLE orders ALTER COLUMN state DROP DEFAULT;"
                   "ALTER TABLE orders ALTER COLUMN state TYPE state USING"
                   " (CASE state::text WHEN 'void' THEN 'gone' WHEN 'lost' THEN 'gone' ELSE state::text END)"
                   "::state;"
                   "ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'paid';"
                   "DROP TYPE state_old;",
         .former = uses("state", "void"),
         .next = uses("state", "gone"),
         .between = uses("state__next", "gone")});
}

TEST(Rewrite, EnumWhoseReplacementTakesItsNameLast) {
  prove({.setup = orders,
         .change = "-- pgdrill: back '50% \"paid\"' = 'paid'\n"
                   "BEGIN; UPDATE orders SET state = 'paid' WHERE state IN ('void', 'lost');"
                   "CREATE TYPE state_new AS ENUM ('paid', 'new', '50% \"paid\"', 'void');"
                   "ALTER TABLE orders ALTER COLUMN state DROP DEFAULT,"
                   " ALTER COLUMN state TYPE state_new USING (state::text::state_new),"
                   " ALTER COLUMN state SET DEFAULT 'new';"
                   "ALTER TABLE orders ALTER COLUMN former TYPE state_new USING"
                   " CASE WHEN former = 'lost' THEN 'void' ELSE former::text END::state_new;"
                   "DROP TYPE state; ALTER TYPE state_new RENAME TO state; COMMIT;",
         .former = uses("state", "lost"),
         .next = uses("state", "50% \"paid\""),
         .between = uses("state__next", "50% \"paid\"")});
}

TEST(Rewrite, RenamedLabelOfAnEnumInQuotes) {
  prove({.setup = "CREATE TYPE \"State\" AS ENUM ('new', 'paid');"
                  "CREATE TABLE orders (id int PRIMARY KEY, s \"State\" DEFAULT 'new', p \"State\");"
                  "CREATE TABLE bills (id int PRIMARY KEY, s \"State\" UNIQUE);"
                  "INSERT INTO orders SELECT i, 'paid', 'new' FROM generate_series(1, 1500) i;"
                  "INSERT INTO bills VALUES (1, 'new'), (2, 'paid');",
         .change = "ALTER TYPE \"State\" RENAME VALUE 'new' TO 'open'",
         .former = uses("s", "new"),
         .next = uses("s", "open"),
         .between = uses("s__next", "open"),
         .rows = "SELECT md5(string_agg(to_jsonb(t)::text, ',' ORDER BY id) ||"
                 " (SELECT string_agg(b::text, ',' ORDER BY id) FROM bills b)) FROM orders t"});
}

}  // namespace
}  // namespace pgdrill::test
