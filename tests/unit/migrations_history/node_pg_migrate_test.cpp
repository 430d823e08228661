#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(NodePgMigrate, TheNameIsTheFileWithoutItsExtension) {
  auto found =
      history_after("node-pg-migrate",
                    "CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on "
                    "timestamp NOT NULL); "
                    "INSERT INTO pgmigrations (name, run_on) VALUES ('1700000000000_orders', now())");
  EXPECT_THAT(pending_versions(compare_with(
                  found, sources({{"1700000000000_orders.sql", ""}, {"1700000000001_total.js", ""}}))),
              ElementsAre("1700000000001_total"));
}

}  // namespace
}  // namespace pgdrill::migrations
