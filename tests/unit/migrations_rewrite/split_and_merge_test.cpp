#include <gtest/gtest.h>

#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

std::string const people =
    "CREATE TABLE people (id int PRIMARY KEY, full_name varchar(80) NOT NULL, code text DEFAULT 'c', born "
    "date);"
    "CREATE INDEX people_full_name_idx ON people (full_name);"
    "INSERT INTO people SELECT i, 'F' || i || ' L' || i, 'k' || i FROM generate_series(1, 2500) i;";
std::string const rows = "SELECT md5(string_agg(to_jsonb(t)::text, ',' ORDER BY id)) FROM people t";

TEST(Rewrite, SplitColumn) {
  prove({.setup = people,
         .change = "ALTER TABLE people ADD COLUMN first_name text, ADD COLUMN last_name text;"
                   "UPDATE people SET first_name = split_part(full_name, ' ', 1),"
                   " last_name = split_part(full_name, ' ', 2);"
                   "ALTER TABLE people ALTER COLUMN last_name SET NOT NULL, DROP COLUMN full_name;",
         .former = {"INSERT INTO people (id, full_name) SELECT max(id) + 1, 'Ada Lovelace' FROM people",
                    "UPDATE people SET full_name = 'Alan Turing' WHERE id = 7",
                    "DO $$BEGIN ASSERT (SELECT full_name FROM people WHERE id = 7) = 'Alan Turing'; END$$"},
         .next = {"INSERT INTO people (id, first_name, last_name) SELECT max(id) + 1, 'Ada', 'L' FROM people",
                  "UPDATE people SET last_name = 'T' WHERE id = 9"},
         .rows = rows,
         .large = "people"});
}

TEST(Rewrite, MergeColumns) {
  prove({.setup = people + "ALTER TABLE people ADD first_name text NOT NULL DEFAULT 'f';",
         .change = "ALTER TABLE people ADD COLUMN label text;"
                   "UPDATE people SET label = first_name || '/' || code;"
                   "ALTER TABLE people DROP COLUMN first_name; ALTER TABLE people DROP COLUMN code;",
         .former = {"INSERT INTO people (id, full_name, first_name, code)"
                    " SELECT max(id) + 1, 'x', 'Ada', 'z' FROM people",
                    "UPDATE people SET code = 'y' WHERE id = 7",
                    "DO $$BEGIN ASSERT (SELECT first_name || code FROM people WHERE id = 7) = 'fy'; END$$"},
         .next = {"INSERT INTO people (id, full_name, label) SELECT max(id) + 1, 'x', 'a/b' FROM people",
                  "UPDATE people SET label = 'c/d' WHERE id = 9"},
         .rows = rows,
         .large = "people"});
}

TEST(Rewrite, ComputedColumnWithTheWayBackInAComment) {
  prove({.setup = people + "UPDATE people SET born = date '1900-02-03' + id;",
         .change = "-- pgdrill: back born = make_date(year, 1, 1)\n"
                   "ALTER TABLE people ADD COLUMN year int;"
                   "UPDATE people SET year = extract(year FROM born);"
                   "ALTER TABLE people DROP COLUMN born;",
         .former = {"INSERT INTO people (id, full_name, born)"
                    " SELECT max(id) + 1, 'x', '1815-12-10' FROM people",
                    "UPDATE people SET born = '1912-06-23' WHERE id = 7"},
         .next = {"INSERT INTO people (id, full_name, year) SELECT max(id) + 1, 'x', 1815 FROM people"},
         .rows = rows,
         .large = "people"});
}

}  // namespace
}  // namespace pgdrill::test
