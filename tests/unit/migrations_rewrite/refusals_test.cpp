// What cannot be rewritten says why, and what to do.
#include <gmock/gmock.h>

#include "harness/base/task.hpp"
#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/rewrite/rewrite_files.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;

/// The only refusal of a change, with its place, reason and advice.
std::string refusal(std::string const& setup, std::string const& change) {
  auto const database = PostgresServer::shared().fresh_database(setup);
  Result<review::Catalogue> const catalogue = run_to_end(review::read_catalogue(database));
  review::Options options;
  options.schema = catalogue.value().schema;
  review::RewrittenFiles const rewritten =
      review::rewrite_files({review::read_sql("change.sql", change)}, options);
  EXPECT_TRUE(rewritten.files.empty());
  return rewritten.refusals.size() == 1 ? describe(rewritten.refusals.front()) : "not one refusal";
}

std::string const people =
    "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE people (id int PRIMARY KEY, name text, born date, "
    "m mood);";

TEST(RewriteRefusals, SayWhy) {
  EXPECT_THAT(refusal(people, "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';"), HasSubstr("which label"));
  EXPECT_THAT(refusal(people, "ALTER TYPE mood ADD VALUE 'fine';"), HasSubstr("can read the label first"));
  EXPECT_THAT(refusal(people + "CREATE VIEW v AS SELECT * FROM people;",
                      "ALTER TABLE people ALTER COLUMN id TYPE bigint;"),
              HasSubstr("view public.v"));
  EXPECT_THAT(refusal(people,
                      "ALTER TABLE people ADD COLUMN year int; UPDATE people SET year = extract(year FROM "
                      "born); ALTER TABLE people DROP COLUMN born;"),
              HasSubstr("-- pgdrill: back born = "));
  EXPECT_THAT(refusal(people,
                      "CREATE TABLE names (id int, name text); INSERT INTO names (id, name) SELECT id, name "
                      "FROM people; ALTER TABLE people DROP COLUMN name;"),
              HasSubstr("which row"));
}

}  // namespace
}  // namespace pgdrill::test
