#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{.detector = "dirty-history",
                  .base =
                      "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean "
                      "NOT NULL); INSERT INTO schema_migrations VALUES (1, false)",
                  .made_by = {"UPDATE schema_migrations SET version = 2, dirty = true"}};

TEST(DirtyHistory, IsFinished) { finish(state, make(state)); }

TEST(DirtyHistory, WithoutFilesTheWayBackIsAdviceAlone) {
  auto const findings = found_by("dirty-history", make(state));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].undo.statements, IsEmpty());
  EXPECT_THAT(findings[0].undo.advice, HasSubstr("migrate force"));
}

}  // namespace
}  // namespace pgdrill::migrations
