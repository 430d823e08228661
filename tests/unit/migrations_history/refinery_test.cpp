#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Refinery, BothPrefixesRunForwards) {
  auto found =
      history_after("refinery",
                    "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name varchar(255), "
                    "applied_on varchar(255), checksum varchar(255)); "
                    "INSERT INTO refinery_schema_history VALUES (1, 'orders', '2026-01-01T00:00:00Z', '1')");
  EXPECT_THAT(pending_versions(compare_with(
                  found, sources({{"V1__orders.sql", ""}, {"U2__total.sql", ""}, {"Vx__no.sql", ""}}))),
              ElementsAre("2"));
}

}  // namespace
}  // namespace pgdrill::migrations
