#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{.detector = "column-without-default",
                  .base = "CREATE TABLE t (id int); INSERT INTO t VALUES (1)",
                  .made_by = {"ALTER TABLE t ADD COLUMN state text"}};
std::vector<ExpectedColumn> const expected = {
    {.schema = "public", .table = "t", .name = "state", .default_expression = "'new'"}};

TEST(ColumnWithoutDefault, ByTheMigrationFilesBothWaysOutMendIt) {
  for (bool const forward : {true, false}) {
    auto const database = make(state);
    auto const findings = found_by(state.detector, database, expected);
    ASSERT_EQ(findings.size(), 1U);
    for (auto const& statement : (forward ? findings[0].finish : findings[0].undo).statements)
      test::run_sql(database, statement);
    EXPECT_THAT(found_by(state.detector, database, expected), IsEmpty());
    EXPECT_EQ(test::query_value(
                  database,
                  "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'state'"),
              forward ? "1" : "0");
  }
}

TEST(ColumnWithoutDefault, WithoutFilesANotNullCheckTellsIt) {
  State checked = state;
  checked.made_by.push_back("ALTER TABLE t ADD CONSTRAINT state_there CHECK (state IS NOT NULL) NOT VALID");
  auto const database = make(checked);
  EXPECT_THAT(found_by(state.detector, database)[0].message, HasSubstr("state_there"));
  undo(checked, database);
}

TEST(ColumnWithoutDefault, AColumnWithItsDefaultIsNone) {
  State whole = state;
  whole.made_by = {"ALTER TABLE t ADD COLUMN state text DEFAULT 'new'",
                   "ALTER TABLE t ADD CONSTRAINT state_there CHECK (state IS NOT NULL) NOT VALID"};
  EXPECT_THAT(found_by(state.detector, make(whole), expected), IsEmpty());
}

}  // namespace
}  // namespace pgdrill::migrations
