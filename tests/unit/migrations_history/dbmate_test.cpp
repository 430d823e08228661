#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Dbmate, ItsTableHasTheVersionAlone) {
  auto found = history_after("dbmate",
                             "CREATE TABLE public.schema_migrations (version varchar NOT NULL PRIMARY KEY);"
                             "INSERT INTO schema_migrations VALUES ('20240101000000')");
  auto const comparison = compare_with(
      found, sources({{"20240101000000_orders.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\n"},
                      {"20240201000000_total.sql", "-- migrate:up transaction:false\n"},
                      {"20240301000000_other.sql", "-- +goose Up\n"}}));
  EXPECT_THAT(pending_versions(comparison), ElementsAre("20240201000000"));
  EXPECT_THAT(comparison.findings, IsEmpty());
}

TEST(Dbmate, AUsersTableOfOneColumnIsNone) {
  auto const histories = histories_after(
      "CREATE TABLE releases (version varchar PRIMARY KEY); INSERT INTO releases VALUES ('v1.2'), ('v1.3')");
  EXPECT_THAT(histories.found, IsEmpty());
}

}  // namespace
}  // namespace pgdrill::migrations
