#include "harness/engine/dose.hpp"

#include <gmock/gmock.h>

#include "harness/engine/context.hpp"

namespace pgdrill::engine {
namespace {

using testing::HasSubstr;

constexpr std::int64_t second = 1'000'000'000;
Span const phase{.from = 10 * second, .to = 20 * second};

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
  EXPECT_TRUE(dose_of({.from = 12 * second, .to = 900 * second}, false, Span{.from = 10 * second}).overlaps);
}

TEST(Dose, APhaseThatDoesNotBeginIsNeverHit) {
  EXPECT_FALSE(dose_of({.from = 12 * second}, true, std::nullopt).overlaps);
}

TEST(Dose, APhaseLiesBetweenItsMarks) {
  scenario::Phase const replay = *scenario::find_phase("replay");
  EXPECT_FALSE(span_of(replay, {}).has_value());
  EXPECT_EQ(span_of(replay, {{"replay-started", 5}})->from, 5);
  EXPECT_FALSE(span_of(replay, {{"replay-started", 5}})->to.has_value());
  EXPECT_EQ(span_of(replay, {{"replay-started", 5}, {"replay-stopped", 9}})->to, 9);
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
