#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Diesel, TheVersionIsTheFolderWithoutDashes) {
  auto found = history_after("diesel",
                             "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY NOT "
                             "NULL, run_on timestamp NOT NULL DEFAULT now()); "
                             "INSERT INTO __diesel_schema_migrations (version) VALUES ('20240101000000')");
  EXPECT_THAT(pending_versions(compare_with(found, sources({{"m/2024-01-01-000000_orders/up.sql", ""},
                                                            {"m/2024-01-01-000000_orders/down.sql", ""},
                                                            {"m/2024-02-01-000000_total/up.sql", ""}}))),
              ElementsAre("20240201000000"));
}

}  // namespace
}  // namespace pgdrill::migrations
