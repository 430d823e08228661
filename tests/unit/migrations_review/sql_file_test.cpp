#include "harness/migrations/review/sql_file.hpp"

#include <gmock/gmock.h>

#include "harness/migrations/review/dialect.hpp"
#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

TEST(SqlFile, SectionsOfGoose) {
  SqlFile const file = read_sql(
      "1_x.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1; SELECT 2;\n-- +goose Down\nSELECT 3;");
  ASSERT_THAT(file.sections, SizeIs(2));
  EXPECT_EQ(file.tool, "goose");
  EXPECT_THAT(file.sections[0].statements, SizeIs(2));
  EXPECT_EQ(file.sections[0].mode, TransactionMode::autocommit);
  EXPECT_EQ(file.sections[1].direction, Direction::down);
  EXPECT_EQ(file.sections[1].mode, TransactionMode::autocommit);
}

TEST(SqlFile, DbmateWithoutTransactionSendsOneString) {
  SqlFile const file =
      read_sql("1_x.sql", "-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nSELECT 2;");
  ASSERT_THAT(file.sections, SizeIs(2));
  EXPECT_EQ(file.sections[0].mode, TransactionMode::one_string);
  EXPECT_EQ(file.sections[1].mode, TransactionMode::wrapped);
}

TEST(SqlFile, TernGoesDownBelowItsMark) {
  SqlFile const file = read_sql("1_x.sql", "SELECT 1;\n---- create above / drop below ----\nSELECT 2;");
  ASSERT_THAT(file.sections, SizeIs(2));
  EXPECT_EQ(file.sections[0].direction, Direction::up);
  EXPECT_EQ(file.sections[1].direction, Direction::down);
}

TEST(SqlFile, ToolsAreToldByNames) {
  EXPECT_EQ(dialect_of_path("m/V1_2__x.sql").tool, "Flyway");
  EXPECT_EQ(dialect_of_path("m/U1_2__x.sql").direction, Direction::down);
  EXPECT_EQ(dialect_of_path("m/0001_x.up.sql").version, dialect_of_path("m/0001_x.down.sql").version);
  EXPECT_EQ(dialect_of_path("m/20260101_x/migration.sql").tool, "Prisma");
  EXPECT_EQ(dialect_of_path("m/2026_x/down.sql").direction, Direction::down);
  EXPECT_EQ(dialect_of_path("m/plain.sql").tool, "");
}

TEST(SqlFile, FilesRunByNumberAndUpBeforeDown) {
  std::vector<std::string> paths{"m/10_b.up.sql", "m/10_b.down.sql", "m/9_a.down.sql",
                                 "m/9_a.up.sql",  "m/R__z.sql",      "m/V2__b.sql"};
  std::sort(paths.begin(), paths.end(), &runs_before);
  EXPECT_THAT(paths, ElementsAre("m/V2__b.sql", "m/9_a.up.sql", "m/9_a.down.sql", "m/10_b.up.sql",
                                 "m/10_b.down.sql", "m/R__z.sql"));
}

TEST(SqlFile, PlacesAreLinesAndColumns) {
  SqlFile const file = read_sql("x.sql", "SELECT 1;\n\n  SELECT 2;");
  ASSERT_THAT(file.sections.front().statements, SizeIs(2));
  SqlFile::Place const place = file.place(file.sections.front().statements[1].begin);
  EXPECT_EQ(place.line, 3U);
  EXPECT_EQ(place.column, 3U);
}

TEST(SqlFile, AByteOrderMarkStandsForNothing) {
  SqlFile const file = read_sql("x.sql", "\xEF\xBB\xBFSELECT 1;");
  ASSERT_THAT(file.sections.front().statements, SizeIs(1));
  EXPECT_TRUE(file.sections.front().statements.front().parsed.has_value());
}

TEST(SqlFile, NamesKeepTheirPlaceholders) {
  SqlFile const file = read_sql(
      "x.sql", "ALTER TABLE ${schema}.${kind}_orders ADD CONSTRAINT :name CHECK (qppa <> '${kind}')");
  ASSERT_THAT(file.sections.front().statements, SizeIs(1));
  Statement const& statement = file.sections.front().statements.front();
  ASSERT_TRUE(statement.parsed.has_value()) << statement.error.message;
  Action const action = actions_of(*statement.parsed, statement.text).front();
  EXPECT_EQ(action.table.text(), "${schema}.${kind}_orders");
  EXPECT_EQ(action.name, ":name");
  EXPECT_THAT(read_constraint(*action.node, action.table, "").columns, ElementsAre("qppa"));
}

TEST(SqlFile, SyntaxNewerThanTheParserIsUnderstood) {
  for (char const* const sql :
       {"ALTER TABLE a ADD b int GENERATED ALWAYS AS (c * 2) VIRTUAL",
        "ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0) NOT ENFORCED",
        "ALTER TABLE a ADD CONSTRAINT c NOT NULL b NOT VALID", "ALTER TABLE a ADD NOT NULL b",
        "ALTER TABLE a ALTER b SET EXPRESSION AS (c + 1)"}) {
    SqlFile const file = read_sql("x.sql", sql);
    ASSERT_TRUE(file.sections.front().statements.front().parsed.has_value()) << sql;
    EXPECT_THAT(file.sections.front().statements.front().parsed->newer, SizeIs(1)) << sql;
  }
}

}  // namespace
}  // namespace pgdrill::review
