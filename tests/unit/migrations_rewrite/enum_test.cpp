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

/// Of several dimensions, with NULL, and empty ones; a label becomes one that becomes another.
std::string const arrays =
    "CREATE TYPE mood AS ENUM ('new', 'paid', 'lost, \"50%\"');"
    "CREATE TABLE orders (id int PRIMARY KEY, tags mood[] NOT NULL DEFAULT '{new,paid}', one mood, more "
    "mood[]);"
    "CREATE INDEX orders_tags_idx ON orders USING gin (tags);"
    "INSERT INTO orders SELECT i, (enum_range(NULL::mood))[:i % 4], 'paid', CASE i % 3 WHEN 0 THEN"
    " ARRAY[['new', NULL], ['lost, \"50%\"', 'paid']]::mood[] WHEN 1 THEN '{}' END"
    " FROM generate_series(1, 2500) i;";

std::vector<std::string> uses_array(std::string const& column, std::string const& labels) {
  return {
      "INSERT INTO orders (id) SELECT max(id) + 1 FROM orders",
      "UPDATE orders SET " + column + " = '" + labels + "' WHERE id % 100 = 7",
      "DO $$BEGIN ASSERT (SELECT " + column + "::text = '" + labels + "' FROM orders WHERE id = 7); END$$"};
}

TEST(Rewrite, EnumOfArrays) {
  auto const replaced = [](std::string const& column) {
    return "ALTER TABLE orders ALTER " + column + " TYPE mood[] USING array_replace(array_replace(" + column +
           "::text[], 'paid', 'gone'), 'new', 'paid')::mood[];";
  };
  prove(
      {.setup = arrays,
       .change = "ALTER TYPE mood RENAME TO was; CREATE TYPE mood AS ENUM ('lost, \"50%\"', 'paid', 'gone');"
                 "ALTER TABLE orders ALTER tags DROP DEFAULT;" +
                 replaced("tags") +
                 "ALTER TABLE orders ALTER tags SET DEFAULT ARRAY['lost, \"50%\"', "
                 "'gone']::mood[];" +
                 replaced("more") +
                 "ALTER TABLE orders ALTER one TYPE mood USING CASE one::text WHEN 'new' THEN 'paid'"
                 " WHEN 'paid' THEN 'gone' ELSE one::text END::mood; DROP TYPE was;",
       .former = uses_array("tags", "{{paid,new},{NULL,new}}"),
       .next = uses_array("tags", "{gone,paid}"),
       .between = uses_array("tags__next", "{gone,paid}")});
}

TEST(Rewrite, RenamedLabelOfAnEnumOfArrays) {
  prove({.setup = arrays,
         .change = "ALTER TYPE mood RENAME VALUE 'new' TO 'open'",
         .former = uses_array("tags", "{new,paid,NULL}"),
         .next = uses_array("tags", "{open,paid}"),
         .between = uses_array("tags__next", "{open,paid}")});
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
