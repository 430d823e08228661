#include <gmock/gmock.h>

#include "harness/migrations/audit/drift.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RunFiles const django{.tool = "django",
                      .applied = {{"shop/migrations/0001_initial.py",
                                   "migrations.CreateModel(name='Order', fields=[('id', "
                                   "models.BigAutoField()), ('placedAt', models.DateTimeField()), "
                                   "('customer', models.ForeignKey(to='shop.customer'))])"}}};

Table table(std::vector<std::string> const& columns) {
  Table result{.schema = "public", .name = "shop_order"};
  for (std::string const& column : columns) result.columns.push_back({column, "text"});
  return result;
}

std::vector<std::string> objects(std::vector<Finding> const& findings) {
  std::vector<std::string> result;
  for (Finding const& finding : findings) result.push_back(finding.object);
  return result;
}

TEST(DriftByWords, AColumnThatNoFileNamesIsSaid) {
  EXPECT_THAT(objects(drift_by_words(django, {table({"id", "placed_at", "customer_id", "by_hand"})})),
              ElementsAre("column public.shop_order.by_hand"));
}

TEST(DriftByWords, WhatFrameworksMakeThemselvesIsNot) {
  EXPECT_THAT(drift_by_words(django, {table({"id", "created_at", "customer_id", "placedat"})}), IsEmpty());
}

TEST(DriftByWords, TablesOfOtherProgramsAreLeftAlone) {
  Table other = table({"by_hand"});
  other.name = "billing_invoice";
  EXPECT_THAT(drift_by_words(django, {other}), IsEmpty());
}

TEST(WrittenInSql, ByTheFilesThemselves) {
  EXPECT_FALSE(written_in_sql(django));
  EXPECT_TRUE(written_in_sql(
      {.tool = "drizzle",
       .applied = {{"0000_a.sql", ""}, {"meta/_journal.json", ""}, {"meta/0000_snapshot.json", ""}}}));
}

}  // namespace
}  // namespace pgdrill::migrations
