// What a run remembers of its marks, beside the journal: a fault's phase is looked for among all their times.
#include <gmock/gmock.h>

#include "tests/unit/probes/fake_namespace.hpp"

namespace pgdrill::engine {
namespace {

TEST(RunContext, AMarkThatIsMadeAgainKeepsItsFormerTime) {
  test::FakeRun run{postgres::ConnectionParameters{}};
  run.context().mark("migration-pushed", "first", "git push");
  run.context().mark("damage-done", "first", "Job migrate");
  run.context().mark("migration-pushed", "second", "git push");
  auto const& times = run.context().mark_times;
  ASSERT_EQ(times.at("migration-pushed").size(), 2U);
  ASSERT_EQ(times.at("damage-done").size(), 1U);
  EXPECT_LE(times.at("migration-pushed")[0], times.at("damage-done")[0]);
  EXPECT_LE(times.at("damage-done")[0], times.at("migration-pushed")[1]);
  auto const events = run.events("mark");
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(get_string(json::value(events[2]), "step"), "second");
}

}  // namespace
}  // namespace pgdrill::engine
