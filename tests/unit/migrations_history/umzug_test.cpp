#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Umzug, ItsMixedCaseTableIsFound) {
  auto found = history_after("umzug",
                             "CREATE TABLE \"SequelizeMeta\" (name varchar(255) NOT NULL UNIQUE PRIMARY "
                             "KEY); INSERT INTO \"SequelizeMeta\" VALUES ('20240101000000-orders.js')");
  EXPECT_THAT(pending_versions(compare_with(
                  found, sources({{"20240101000000-orders.js", ""}, {"20240201000000-total.js", ""}}))),
              ElementsAre("20240201000000-total"));
}

TEST(Umzug, AListOfNamesIsNone) {
  EXPECT_THAT(
      histories_after(
          "CREATE TABLE countries (name varchar(255) PRIMARY KEY); INSERT INTO countries VALUES ('Norway')")
          .found,
      IsEmpty());
}

}  // namespace
}  // namespace pgdrill::migrations
