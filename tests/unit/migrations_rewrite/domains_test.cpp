// What a domain refuses is said before the files are written, or by the first of them.
#include <gmock/gmock.h>

#include "harness/base/task.hpp"
#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/rewrite/rewrite_files.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;

std::string const domains =
    "CREATE DOMAIN filled AS text NOT NULL; CREATE DOMAIN upon AS filled; CREATE DOMAIN said AS text CHECK "
    "(VALUE IS NOT NULL); CREATE DOMAIN short AS text CHECK (length(VALUE) < 8);";
std::string const split =
    "UPDATE orders SET c = split_part(a, ' ', 1), d = split_part(a, ' ', 2);"
    "ALTER TABLE orders DROP COLUMN a;";
std::string const move =
    "CREATE TABLE named (id int PRIMARY KEY, a THE_DOMAIN); INSERT INTO named (id, a) SELECT id, a FROM "
    "orders;"
    "ALTER TABLE orders DROP COLUMN a;";

std::string with(std::string sql, std::string const& domain) {
  for (std::size_t at = sql.find("THE_DOMAIN"); at != std::string::npos; at = sql.find("THE_DOMAIN"))
    sql.replace(at, std::string("THE_DOMAIN").size(), domain);
  return sql;
}

TEST(RewriteDomains, ThatRefuseNullAreRefusedWhereAColumnBeginsEmpty) {
  for (std::string const domain : {"filled", "upon", "said"}) {
    for (auto const& [column, change] : std::vector<std::pair<std::string, std::string>>{
             {"text", "ALTER TABLE orders ALTER a TYPE THE_DOMAIN;"},
             {"text", "ALTER TABLE orders ADD COLUMN c text, ADD COLUMN d THE_DOMAIN;" + split},
             {"THE_DOMAIN", "ALTER TABLE orders ADD COLUMN c text, ADD COLUMN d text;" + split},
             {"THE_DOMAIN", "ALTER TABLE orders RENAME a TO b;"},
             {"THE_DOMAIN", move}}) {
      auto const database = PostgresServer::shared().fresh_database(
          with(domains + "CREATE TABLE orders (id int PRIMARY KEY, a " + column + ");", domain));
      review::Options options;
      options.schema = run_to_end(review::read_catalogue(database)).value().schema;
      review::RewrittenFiles const rewritten =
          review::rewrite_files({review::read_sql("change.sql", with(change, domain))}, options);
      EXPECT_TRUE(rewritten.files.empty());
      ASSERT_EQ(rewritten.refusals.size(), 1U) << domain << ": " << change;
      EXPECT_THAT(describe(rewritten.refusals.front()), HasSubstr(domain + " refuses NULL")) << change;
    }
  }
}

std::string const orders =
    domains +
    "CREATE TABLE orders (id int PRIMARY KEY, a text);"
    "INSERT INTO orders SELECT i, 'a' || i || ' b' || i FROM generate_series(1, 1500) i;";

TEST(RewriteDomains, TakeWhatTheyAllow) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders ADD COLUMN c short, ADD COLUMN d text;" + split,
         .former = {"UPDATE orders SET a = 'e f' WHERE id % 100 = 7"},
         .next = {"UPDATE orders SET c = 'g' WHERE id % 100 = 9"}});
  prove({.setup = orders + "UPDATE orders SET a = 'z' || id;",
         .change = "ALTER TABLE orders ALTER a TYPE short",
         .former = {"UPDATE orders SET a = 'e f' WHERE id % 100 = 7"},
         .next = {"UPDATE orders SET a = 'g' WHERE id % 100 = 9"}});
}

TEST(RewriteDomains, StopTheFirstFileAtARowThatTheyRefuse) {
  for (std::string const& change :
       {"ALTER TABLE orders ADD COLUMN c short, ADD COLUMN d text;" + split,
        std::string("ALTER TABLE orders ALTER a TYPE short USING a::short"),
        std::string("ALTER TABLE orders ALTER a TYPE short[] USING a::short[]")}) {
    bool const of_array = change.find("[]") != std::string::npos;
    auto const database = PostgresServer::shared().fresh_database(
        of_array ? domains +
                       "CREATE TABLE orders (id int PRIMARY KEY, a text[]);"
                       "INSERT INTO orders VALUES (1, '{a,abcdefgh}');"
                 : orders + "UPDATE orders SET a = 'abcdefgh i' WHERE id = 1500;");
    review::Rewriting const rewriting = rewriting_of(database, change);
    ASSERT_FALSE(rewriting.files.empty()) << change;
    EXPECT_THAT(run_file(database, review::render(rewriting, 1).front().content),
                HasSubstr("value for domain short violates check constraint"))
        << change;
    EXPECT_EQ(query_value(database,
                          "SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND "
                          "attnum > 2"),
              "0")
        << change;
  }
}

}  // namespace
}  // namespace pgdrill::test
