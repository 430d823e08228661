#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* table =
    "CREATE TABLE migrations (id serial NOT NULL, \"timestamp\" bigint NOT NULL, name varchar NOT NULL, "
    "CONSTRAINT "
    "\"PK_8c82d7f526340ab734260ea46be\" PRIMARY KEY (id));";

TEST(TypeOrm, TheClassIsTheVersion) {
  auto found = history_after(
      "typeorm",
      std::string(table) +
          "INSERT INTO migrations (\"timestamp\", name) VALUES (1700000000000, 'Orders1700000000000')");
  auto const comparison = compare_with(
      found,
      sources(
          {{"1700000000000-Orders.ts", "export class Orders1700000000000 implements MigrationInterface {}"},
           {"1700000000001-Total.ts", "export class Total1700000000001 implements MigrationInterface {}"},
           {"entity.ts", "export class Order {}"}}));
  EXPECT_THAT(pending_versions(comparison), ElementsAre("Total1700000000001"));
  EXPECT_THAT(comparison.findings, IsEmpty());
}

TEST(TypeOrm, AUsersTableOfThoseColumnsIsNone) {
  EXPECT_THAT(histories_after("CREATE TABLE readings (id serial, \"timestamp\" bigint NOT NULL, name varchar "
                              "NOT NULL); INSERT INTO readings VALUES (1, 1, 'sensor')")
                  .found,
              IsEmpty());
}

}  // namespace
}  // namespace pgdrill::migrations
