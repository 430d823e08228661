#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<SourceFile> const files = sources({{"20240101000000_Orders.cs", ""},
                                               {"20240101000000_Orders.Designer.cs", ""},
                                               {"20240201000000_Total.cs", ""},
                                               {"ShopContextModelSnapshot.cs", ""}});

TEST(EfCore, BothSpellingsOfItsColumns) {
  auto found =
      history_after("ef-core",
                    "CREATE TABLE \"__EFMigrationsHistory\" (\"MigrationId\" varchar(150) NOT NULL, "
                    "\"ProductVersion\" varchar(32) NOT NULL, "
                    "CONSTRAINT \"PK___EFMigrationsHistory\" PRIMARY KEY (\"MigrationId\")); "
                    "INSERT INTO \"__EFMigrationsHistory\" VALUES ('20240101000000_Orders', '9.0.0')");
  EXPECT_THAT(pending_versions(compare_with(found, files)), ElementsAre("20240201000000_Total"));
  auto snake =
      history_after("ef-core",
                    "CREATE TABLE \"__EFMigrationsHistory\" (migration_id varchar(150) NOT NULL PRIMARY KEY, "
                    "product_version varchar(32) NOT NULL); "
                    "INSERT INTO \"__EFMigrationsHistory\" VALUES ('20240201000000_Total', '9.0.0')");
  EXPECT_EQ(version_of(snake.history.last(RunState::applied)), "20240201000000_Total");
}

}  // namespace
}  // namespace pgdrill::migrations
