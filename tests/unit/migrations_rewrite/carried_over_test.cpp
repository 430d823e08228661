// What stands beside a breaking statement and breaks nobody: in the phase where it does no harm, or refused
// with the reason.
#include <gmock/gmock.h>

#include "harness/base/task.hpp"
#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/rewrite/rewrite_files.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;

std::string const shop =
    "DO $$BEGIN CREATE ROLE \"the \"\"reader\"; EXCEPTION WHEN duplicate_object THEN END$$;"
    "CREATE TYPE mood AS ENUM ('sad', 'ok');"
    "CREATE TABLE customers (id int PRIMARY KEY, name text); COMMENT ON TABLE customers IS 'It''s them';"
    "COMMENT ON COLUMN customers.name IS 'in full'; INSERT INTO customers VALUES (1, 'a'), (2, 'b');"
    "CREATE TABLE orders (id int PRIMARY KEY, state text, number int, m mood);"
    "COMMENT ON COLUMN orders.state IS 'was'; GRANT SELECT ON orders TO \"the \"\"reader\";"
    "INSERT INTO orders SELECT i, 's' || i, i FROM generate_series(1, 10) i;";
std::string const rename = "ALTER TABLE orders RENAME COLUMN state TO status;";

review::RewrittenFiles rewritten(std::string const& change) {
  auto const database = PostgresServer::shared().fresh_database(shop);
  review::Options options;
  options.schema = run_to_end(review::read_catalogue(database)).value().schema;
  return review::rewrite_files({review::read_sql("change.sql", change)}, options);
}

TEST(RewriteCarriesOver, TablesRightsAndComments) {
  prove_file(
      {.setup = shop,
       .change =
           rename +
           "CREATE TABLE invoices (id serial PRIMARY KEY, customer int REFERENCES customers, total numeric);"
           "CREATE INDEX ON invoices (customer);"
           "ALTER TABLE invoices ADD CONSTRAINT positive CHECK (total >= 0);"
           "INSERT INTO invoices (customer, total) VALUES (1, 10), (2, 20);"
           "GRANT ALL ON invoices TO \"the \"\"reader\"; COMMENT ON COLUMN invoices.total IS 'in euros';"
           "COMMENT ON TABLE invoices IS 'what they owe';"
           "CREATE TABLE lines (invoice int REFERENCES invoices, \"what\" text);"
           "GRANT UPDATE, DELETE ON customers, orders TO \"the \"\"reader\", PUBLIC;"
           "COMMENT ON COLUMN orders.status IS 'of the order';"
           "COMMENT ON TABLE customers IS NULL; COMMENT ON COLUMN customers.name IS 'first';"
           "COMMENT ON TABLE orders IS 'theirs';",
       .former = {"SELECT state FROM orders", "SELECT name FROM customers"},
       .next = {"SELECT status FROM orders JOIN invoices USING (id) LEFT JOIN lines ON invoice = id"}});
}

/// Nobody uses them yet, and the next version needs them before the former one ends.
TEST(RewriteCarriesOver, NewTablesAndRightsComeBeforeAllElse) {
  review::RewrittenFiles const files = rewritten(
      rename +
      "CREATE TABLE invoices (id int); GRANT INSERT ON orders TO \"the \"\"reader\"; COMMENT ON COLUMN "
      "orders.number IS 'n';");
  ASSERT_THAT(files.refusals, testing::IsEmpty());
  ASSERT_GE(files.files.size(), 6U);
  EXPECT_THAT(files.files[0].name, HasSubstr("expand_create_invoices.up"));
  EXPECT_THAT(files.files[2].name, HasSubstr("expand_grant.up"));
  EXPECT_THAT(files.files[4].name, HasSubstr("expand_add_column.up"));
}

TEST(RewriteCarriesOver, NothingThatCannotComeFirstOrGoBack) {
  for (auto const& [beside, said] : std::vector<std::pair<std::string, std::string>>{
           {"CREATE TABLE IF NOT EXISTS invoices (id int);", "may be there already"},
           {"CREATE TABLE customers (id int);", "may be there already"},
           {"CREATE TEMP TABLE invoices (id int);", "temporary"},
           {"CREATE TABLE invoices (o int REFERENCES orders);", "names what other statements"},
           {"CREATE TABLE invoices (LIKE orders);", "names what other statements"},
           {"ALTER TABLE customers ADD UNIQUE (name); CREATE TABLE i (n text REFERENCES customers (name));",
            "names what other statements"},
           {"ALTER TABLE customers RENAME TO buyers; CREATE TABLE i (n int REFERENCES buyers);",
            "names what other statements"},
           {"ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'; CREATE TABLE i (m mood[]);",
            "names what other statements"},
           {"CREATE TABLE i (id int); INSERT INTO i SELECT id FROM customers;", "insert on i"},
           {"CREATE TABLE i (id int); GRANT SELECT ON i, customers TO PUBLIC;", "on i is not known"},
           {"GRANT SELECT (name) ON customers TO PUBLIC;", "whole tables"},
           {"GRANT SELECT ON customers TO \"the \"\"reader\" WITH GRANT OPTION;", "GRANT OPTION"},
           {"GRANT USAGE ON TYPE mood TO PUBLIC;", "whole tables"},
           {"GRANT SELECT ON customers TO CURRENT_USER;", "may have a right already"},
           {"GRANT SELECT ON customers TO postgres;", "may have a right already"},
           {"GRANT UPDATE, SELECT ON orders TO \"the \"\"reader\";", "may have a right already"},
           {"GRANT SELECT ON nothing TO PUBLIC;", "on nothing is not known"},
           {"REVOKE SELECT ON orders FROM \"the \"\"reader\";", "no way to do it in phases"},
           {"COMMENT ON TYPE mood IS 'm';", "what the comment was before"},
           {"COMMENT ON COLUMN orders.nothing IS 'm';", "what the comment was before"}}) {
    for (std::string const& change : {beside + rename, rename + beside}) {
      review::RewrittenFiles const files = rewritten(change);
      EXPECT_THAT(files.files, testing::IsEmpty()) << change;
      std::vector<std::string> refused;
      for (Error const& one : files.refusals) refused.push_back(describe(one));
      EXPECT_THAT(refused, testing::Contains(HasSubstr(said))) << change;
    }
  }
}

}  // namespace
}  // namespace pgdrill::test
