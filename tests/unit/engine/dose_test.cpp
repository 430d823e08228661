#include "harness/engine/dose.hpp"

#include <gmock/gmock.h>

#include "harness/engine/context.hpp"

namespace pgdrill::engine {
namespace {

using testing::HasSubstr;

constexpr std::int64_t second = 1'000'000'000;
std::vector<Span> const phase{{.from = 10 * second, .to = 20 * second}};

TEST(Dose, ABlowMustBeginAndBeSeenInsideThePhase) {
  EXPECT_TRUE(dose_of({.from = 12 * second, .to = 13 * second}, false, phase).overlaps);
  EXPECT_FALSE(dose_of({.from = 9 * second, .to = 13 * second}, false, phase).overlaps);
  EXPECT_FALSE(dose_of({.from = 21 * second, .to = 22 * second}, false, phase).overlaps);
  // Killed at the end of the phase: it may have hit what came after.
  Dose const late = dose_of({.from = 19 * second, .to = 21 * second}, false, phase);
  EXPECT_FALSE(late.overlaps);
  EXPECT_THAT(late.observed, HasSubstr("1.000 s after the blow"));
}

TEST(Dose, ALastingEffectMustShareSomeTime) {
  EXPECT_TRUE(dose_of({.from = 5 * second, .to = 11 * second}, true, phase).overlaps);
  EXPECT_TRUE(dose_of({.from = 19 * second, .to = 30 * second}, true, phase).overlaps);
  EXPECT_TRUE(dose_of({.from = 5 * second}, true, phase).overlaps);
  EXPECT_FALSE(dose_of({.from = 5 * second, .to = 9 * second}, true, phase).overlaps);
  EXPECT_FALSE(dose_of({.from = 21 * second, .to = 30 * second}, true, phase).overlaps);
}

TEST(Dose, APhaseThatDoesNotEndIsStillGoingOn) {
  EXPECT_TRUE(dose_of({.from = 12 * second, .to = 900 * second}, false, {{.from = 10 * second}}).overlaps);
}

TEST(Dose, APhaseThatDoesNotBeginIsNeverHit) {
  EXPECT_FALSE(dose_of({.from = 12 * second}, true, {}).overlaps);
}

TEST(Dose, APhaseLiesBetweenItsMarks) {
  scenario::Phase const replay = *scenario::find_phase("replay");
  EXPECT_THAT(spans_of(replay, {}), testing::IsEmpty());
  EXPECT_EQ(spans_of(replay, {{"replay-started", {5}}}).front().from, 5);
  EXPECT_FALSE(spans_of(replay, {{"replay-started", {5}}}).front().to.has_value());
  EXPECT_EQ(spans_of(replay, {{"replay-started", {5}}, {"replay-stopped", {9}}}).front().to, 9);
}

// The second of these migrations fails, and leaves no mark of its end.
TEST(Dose, APhaseMayComeMoreThanOnce) {
  scenario::Phase const migration = *scenario::find_phase("migration");
  std::vector<Span> const spans =
      spans_of(migration, {{"migration-pushed", {10 * second, 30 * second, 50 * second, 70 * second}},
                           {"damage-done", {20 * second, 60 * second}}});
  ASSERT_EQ(spans.size(), 3U);
  EXPECT_EQ(spans[0].to, 20 * second);
  EXPECT_EQ(spans[1].from, 30 * second);
  EXPECT_EQ(spans[1].to, 60 * second);
  EXPECT_FALSE(spans[2].to.has_value());
  for (std::int64_t const at : {12, 40, 55, 80})
    EXPECT_TRUE(dose_of({.from = at * second, .to = (at + 1) * second}, false, spans).overlaps) << at;
  for (auto const& [at, told] : std::map<std::int64_t, std::string>{{5, "5.000 s before the phase"},
                                                                    {25, "the phase ended 5.000 s before"},
                                                                    {65, "the phase ended 5.000 s before"}}) {
    Dose const missed = dose_of({.from = at * second, .to = (at + 1) * second}, false, spans);
    EXPECT_FALSE(missed.overlaps) << at;
    EXPECT_THAT(missed.observed, HasSubstr(told));
  }
  EXPECT_TRUE(dose_of({.from = 25 * second, .to = 31 * second}, true, spans).overlaps);
}

TEST(Random, TheSeedAndThePurposeDecide) {
  EXPECT_EQ(random_fraction(7, "trigger of a"), random_fraction(7, "trigger of a"));
  EXPECT_NE(random_fraction(7, "trigger of a"), random_fraction(7, "trigger of b"));
  EXPECT_NE(random_fraction(7, "trigger of a"), random_fraction(8, "trigger of a"));
  double lowest = 1;
  double highest = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    double const one = random_fraction(seed, "x");
    ASSERT_GE(one, 0);
    ASSERT_LT(one, 1);
    lowest = std::min(lowest, one);
    highest = std::max(highest, one);
  }
  EXPECT_LT(lowest, 0.05);
  EXPECT_GT(highest, 0.95);
}

}  // namespace
}  // namespace pgdrill::engine
