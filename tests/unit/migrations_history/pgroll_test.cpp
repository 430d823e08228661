#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* schema = R"(
CREATE SCHEMA pgroll;
CREATE TABLE pgroll.migrations (schema name NOT NULL, name text NOT NULL, migration jsonb NOT NULL, created_at timestamp NOT NULL DEFAULT now(),
  updated_at timestamp NOT NULL DEFAULT now(), parent text, done boolean NOT NULL DEFAULT false, resulting_schema jsonb NOT NULL DEFAULT '{}',
  migration_type varchar(32) DEFAULT 'pgroll', PRIMARY KEY (schema, name));
CREATE TABLE pgroll.pgroll_version (version text NOT NULL, initialized_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (version));
INSERT INTO pgroll.migrations (schema, name, migration, created_at, done) VALUES ('public', '01_orders', '{}', '2026-01-01', true);
INSERT INTO pgroll.migrations (schema, name, migration, created_at, parent) VALUES ('public', '02_total', '{}', '2026-01-02', '01_orders');
)";

TEST(Pgroll, TheMigrationThatIsNotDoneIsActive) {
  auto found = history_after("pgroll", schema);
  EXPECT_EQ(version_of(found.history.last(RunState::applied)), "01_orders");
  EXPECT_EQ(version_of(found.history.last_failure()), "02_total");
  EXPECT_THAT(said(found.history.findings), ElementsAre("warning active-migration table pgroll.migrations"));
  EXPECT_THAT(pending_versions(compare_with(found, sources({{"01_orders.yaml", "operations: []"},
                                                            {"02_total.json", "{\"operations\": []}"},
                                                            {"03_x.yaml", "operations: []"},
                                                            {"values.yaml", "a: 1"}}))),
              ElementsAre("02_total", "03_x"));
}

// As `pgroll baseline` leaves it: the files of what came before may be deleted, or stay.
TEST(Pgroll, NothingBelowABaselineIsPendingOrMissing) {
  auto found = history_after(
      "pgroll", std::string(schema) +
                    "UPDATE pgroll.migrations SET done = true; INSERT INTO pgroll.migrations (schema, name, "
                    "migration, created_at, parent, done, migration_type) VALUES ('public', '03_all', '{}', "
                    "'2026-01-03', '02_total', true, 'baseline');");
  Comparison const compared =
      compare_with(found, sources({{"00_never.yaml", "operations: []"}, {"04_x.yaml", "operations: []"}}));
  EXPECT_THAT(pending_versions(compared), ElementsAre("04_x"));
  EXPECT_THAT(said(compared.findings), IsEmpty());
}

}  // namespace
}  // namespace pgdrill::migrations
