// What init writes for what it found: always a scenario that is valid.
#include <gmock/gmock.h>

#include "harness/cli/first_scenario.hpp"
#include "harness/engine/registry.hpp"
#include "harness/scenario/scenario.hpp"

namespace pgdrill::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Survey shop() {
  return {.ns = "staging", .cluster = "shop", .database = "shop", .service = "shop-db", .secret = "shop-app"};
}

Survey shop_with_migrations() {
  Survey survey = shop();
  survey.migrations = MigrationSource{.repository = "app", .kustomization = "migrations", .next_version = 42};
  survey.damage =
      DamageTarget{.table = "public.entries", .column = "amount", .key = "id", .damaged = "amount + 1"};
  return survey;
}

scenario::Scenario parsed(NewFile const& file) {
  scenario::ParseOutcome outcome =
      scenario::parse_text(file.content, file.path.string(), engine::catalogue(), {});
  EXPECT_THAT(scenario::render_problems(outcome.problems, file.content), IsEmpty());
  EXPECT_THAT(file.content, Not(HasSubstr("@"))) << "a place of the template was not filled";
  return std::move(outcome.scenario);
}

std::vector<std::string> kinds(scenario::Scenario const& scenario) {
  std::vector<std::string> all;
  for (scenario::StepSpec const& step : scenario.steps) all.push_back(step.kind);
  return all;
}

TEST(Init, DrillsAMigrationWhereFluxRunsThem) {
  std::vector<NewFile> const files = first_scenario(shop_with_migrations(), "shop-rollback");
  ASSERT_EQ(files.size(), 3U);
  scenario::Scenario const scenario = parsed(files[0]);
  EXPECT_EQ(scenario.target.ns, "staging");
  EXPECT_EQ(scenario.target.service, "shop-db");
  EXPECT_THAT(kinds(scenario), ElementsAre("status-check", "capture-target", "commit-migration", "detect",
                                           "git-revert", "wait-reconciled", "restore", "cut-over", "verify"));
  EXPECT_EQ(files[1].path, "shop-rollback/000042_pgdrill_drill.up.sql");
  EXPECT_THAT(files[1].content, HasSubstr("UPDATE public.entries SET amount = amount + 1 WHERE id % 7 = 0;"));
  EXPECT_THAT(scenario.steps[2].parameters.texts("files"),
              ElementsAre(files[1].path.string(), files[2].path.string()));
}

TEST(Init, DrillsARestoreAloneWhereItFindsNoMigrations) {
  std::vector<NewFile> const files = first_scenario(shop(), "shop-rollback");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_THAT(kinds(parsed(files[0])),
              ElementsAre("status-check", "capture-target", "restore", "cut-over", "verify"));
}

TEST(Init, DrillsNoMigrationWithoutATableToDamage) {
  Survey survey = shop_with_migrations();
  survey.damage.reset();
  EXPECT_EQ(first_scenario(survey, "a").size(), 1U);
}

TEST(Init, FindsTheNextVersionOfMigrations) {
  std::optional<MigrationSource> const found = migrations_in(
      "configMapGenerator:\n  - name: migrations\n    files:\n      - migrations/run.sh\n"
      "      - migrations/0009_b.up.sql\n      - migrations/0009_b.down.sql\n      - "
      "migrations/0002_a.up.sql\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->next_version, 10);
  EXPECT_EQ(found->digits, 4U);
  EXPECT_FALSE(migrations_in("resources:\n  - job.yaml\n"));
}

}  // namespace
}  // namespace pgdrill::cli
