#include <gmock/gmock.h>

#include "harness/migrations/audit/drift.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

RunFiles const goose{
    .tool = "goose",
    .applied = {{"m/00001_orders.sql",
                 "-- +goose Up\nCREATE TABLE orders (id int PRIMARY KEY, total int);\n-- +goose Down\nDROP "
                 "TABLE orders;\n"},
                {"m/00002_state.sql",
                 "-- +goose Up\nALTER TABLE orders ADD COLUMN state text DEFAULT 'new';\nALTER TABLE orders "
                 "RENAME total TO amount;\n"
                 "CREATE TEMP TABLE scratch (x int);\n"}},
    .pending = {
        {"m/00003_paid.sql",
         "-- +goose Up\nALTER TABLE orders ADD COLUMN paid bool;\nCREATE TABLE payments (id int);\n"}}};

Table table(std::string const& name, std::vector<std::string> const& columns) {
  Table result{.schema = "public", .name = name};
  for (std::string const& column : columns) result.columns.push_back({column, "text"});
  return result;
}

std::vector<std::string> said(std::vector<Finding> const& findings) {
  std::vector<std::string> result;
  for (Finding const& finding : findings) result.push_back(finding.kind + " " + finding.object);
  return result;
}

TEST(DriftBySql, WhatTheMigrationsMadeIsExplained) {
  EXPECT_THAT(drift_by_sql(goose, {table("orders", {"id", "amount", "state"})}, true), IsEmpty());
}

TEST(DriftBySql, AColumnAndATableMadeByHand) {
  EXPECT_THAT(
      said(drift_by_sql(goose, {table("orders", {"id", "amount", "state", "by_hand"}), table("notes", {"x"})},
                        true)),
      ElementsAre("unexplained-column column public.orders.by_hand", "unexplained-table table public.notes"));
  EXPECT_THAT(drift_by_sql(goose, {table("orders", {"id", "amount", "state"}), table("notes", {"x"})}, false),
              IsEmpty());
}

TEST(DriftBySql, WhatHasRunAndIsNotThere) {
  EXPECT_THAT(said(drift_by_sql(goose, {table("orders", {"id", "state"})}, true)),
              ElementsAre("missing-column column public.orders.amount"));
  EXPECT_THAT(said(drift_by_sql(goose, {}, true)), ElementsAre("missing-table table orders"));
}

TEST(DriftBySql, WhatAPendingMigrationMakesAndIsThereAlreadyWasCutOff) {
  auto const findings = drift_by_sql(
      goose, {table("orders", {"id", "amount", "state", "paid"}), table("payments", {"id"})}, true);
  EXPECT_THAT(said(findings), ElementsAre("half-applied-migration column public.orders.paid",
                                          "half-applied-migration table public.payments"));
  EXPECT_THAT(findings[0].message, HasSubstr("m/00003_paid.sql"));
}

TEST(DriftBySql, AStatementThatCannotBeReadIsSaid) {
  RunFiles broken = goose;
  broken.applied.push_back({"m/00002_z.sql", "-- +goose Up\nALTER TABEL orders;\n"});
  EXPECT_THAT(said(drift_by_sql(broken, {table("orders", {"id", "amount", "state"})}, true)),
              ElementsAre("unread-migration file m/00002_z.sql"));
}

}  // namespace
}  // namespace pgdrill::migrations
