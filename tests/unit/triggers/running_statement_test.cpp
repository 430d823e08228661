#include "harness/triggers/running_statement.hpp"

#include <gmock/gmock.h>

namespace pgdrill::triggers {
namespace {

using testing::Eq;
using testing::Optional;

std::string const migration = "ALTER TABLE a ADD b int;\nUPDATE a\n  SET b = 1;\nALTER TABLE a ADD c int;\n";

TEST(RunningStatement, IsKnownByItsTextFromTheNumberOn) {
  MigrationStatements const from_second(migration, 2);
  EXPECT_THAT(from_second.number_of("UPDATE a SET b = 1"), Optional(Eq(2U)));
  EXPECT_THAT(from_second.number_of("ALTER TABLE a ADD c int;"), Optional(Eq(3U)));
  EXPECT_EQ(from_second.number_of("ALTER TABLE a ADD b int"), std::nullopt) << "it is before the second";
  EXPECT_EQ(from_second.number_of(""), std::nullopt);
}

TEST(RunningStatement, ThatTheServerCutOffIsKnownByItsBeginning) {
  std::string const shown = "INSERT INTO a VALUES ('" + std::string(1000, 'x');
  MigrationStatements const statements(migration + shown + "yz');", 1);
  EXPECT_THAT(statements.number_of(shown + "y"), Optional(Eq(4U)));
  EXPECT_EQ(statements.number_of(shown + "n"), std::nullopt);
  EXPECT_EQ(statements.number_of("ALTER TABLE a ADD"), std::nullopt) << "short, so not cut off";
}

}  // namespace
}  // namespace pgdrill::triggers
