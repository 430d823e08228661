#include "harness/steps/migration_files.hpp"

#include <gtest/gtest.h>

namespace pgdrill::steps {
namespace {

TEST(MigrationFiles, StandAfterTheLastOneInItsIndent) {
  std::string const before =
      "resources:\n  - job.yaml\nconfigMapGenerator:\n  - name: migrations\n    files:\n"
      "      - migrations/run.sh\n      - migrations/000001_a.up.sql\noptions: {}\n";
  std::string const after =
      "resources:\n  - job.yaml\nconfigMapGenerator:\n  - name: migrations\n    files:\n"
      "      - migrations/run.sh\n      - migrations/000001_a.up.sql\n      - migrations/000002_b.up.sql\n"
      "      - migrations/000002_b.down.sql\noptions: {}\n";
  std::vector<std::string> const names{"000002_b.up.sql", "000002_b.down.sql"};
  EXPECT_EQ(with_migrations(before, names).value(), after);
  EXPECT_EQ(with_migrations(after, names).value(), after);
}

TEST(MigrationFiles, NeedALineToStandAfter) {
  EXPECT_FALSE(with_migrations("resources:\n  - job.yaml\n", {"000002_b.up.sql"}));
}

TEST(MigrationLog, SumsTheRowsOfCommandTags) {
  std::string const log =
      "applying 000002_b.up.sql\nUPDATE 1429\nNOTICE:  UPDATE 5\nINSERT 0 3\nDELETE 10\nCREATE TABLE\n"
      "UPDATE of 7 rows\n";
  EXPECT_EQ(changed_rows(log), 1442);
  EXPECT_EQ(command_tags(log), (std::vector<std::string>{"UPDATE 1429", "INSERT 0 3", "DELETE 10"}));
}

TEST(MigrationLog, WithoutATagClaimsNothing) {
  EXPECT_EQ(changed_rows("applying 000002_b.up.sql\nCREATE TABLE\n"), std::nullopt);
  EXPECT_EQ(changed_rows("UPDATE 0\n"), 0);
}

}  // namespace
}  // namespace pgdrill::steps
