#include "reports/statistics/exact_tests.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace pgdrill::statistics {
namespace {

using testing::ElementsAre;

TEST(RankSum, TheLargestThreeOfEightAreOneChoiceOfFiftySix) {
  EXPECT_DOUBLE_EQ(rank_sum_p({1, 2, 3, 4, 5}, {6, 7, 8}), 1.0 / 56);
  EXPECT_DOUBLE_EQ(rank_sum_p({4, 5, 6, 7, 8}, {1, 2, 3}), 1.0);
}

TEST(RankSum, TiesAreConditionedOn) {
  // Pooled 1 1 2 with mid-ranks 1.5 1.5 3; the candidate's 2 is the one choice of three.
  EXPECT_DOUBLE_EQ(rank_sum_p({1, 1}, {2}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(rank_sum_p({1, 1}, {1}), 1.0);
}

TEST(RankSum, WithoutValuesNothingIsShown) {
  EXPECT_EQ(rank_sum_p({}, {1}), 1);
  EXPECT_EQ(rank_sum_p({1}, {}), 1);
}

TEST(SignFlip, FivePairsAllSlowerAreOneOfThirtyTwo) {
  EXPECT_DOUBLE_EQ(sign_flip_p({.1, .2, .3, .4, .5}), 1.0 / 32);
  EXPECT_DOUBLE_EQ(sign_flip_p({-.1, -.2, -.3}), 1.0);
  EXPECT_DOUBLE_EQ(sign_flip_p({.1, .2, .3}), 1.0 / 8) << "three pairs cannot reach 0.05";
  EXPECT_EQ(sign_flip_p({}), 1);
}

TEST(SignFlip, AnOutlierIsLimitedAndKeepsItsSign) {
  EXPECT_THAT(limited({.1, .2, .3, -9}, 2), ElementsAre(.1, .2, .3, -.5));
  EXPECT_THAT(limited({}), ElementsAre());
  std::vector<double> const pairs{.1, .2, .1, .2, .1, .2, .1, .2, .1, -9};
  EXPECT_GT(sign_flip_p(pairs), 0.05);
  EXPECT_LT(sign_flip_p(limited(pairs)), 0.05);
}

TEST(Holm, StopsAtTheFirstThatIsNotRejected) {
  EXPECT_THAT(holm({0.03, 0.001, 0.02}, 0.05), ElementsAre(true, true, true));
  EXPECT_THAT(holm({0.04, 0.001, 0.03}, 0.05), ElementsAre(false, true, false));
}

TEST(ShiftOf, EstimatesTheRatioAndCoversIt) {
  Shift const shift = shift_of({50, 55, 60, 65, 70}, {100, 110, 120});
  EXPECT_NEAR(shift.ratio, 110.0 / 60, 0.01);
  ASSERT_TRUE(shift.both.has_value());
  EXPECT_DOUBLE_EQ(shift.both->low, 100.0 / 70);
  EXPECT_DOUBLE_EQ(shift.both->high, 120.0 / 50);
}

TEST(ShiftOf, ThreeAgainstThreeGiveALowerBoundOnly) {
  Shift const shift = shift_of({10, 11, 12}, {20, 21, 22});
  EXPECT_FALSE(shift.both.has_value());
  ASSERT_TRUE(shift.low.has_value());
  EXPECT_DOUBLE_EQ(*shift.low, 20.0 / 12);
}

TEST(ShiftOf, OneAgainstFewGivesNoInterval) {
  Shift const shift = shift_of({10, 11, 12}, {20});
  EXPECT_FALSE(shift.both.has_value());
  EXPECT_FALSE(shift.low.has_value());
}

TEST(ShiftOfPairs, FivePairsGiveALowerBound) {
  double const doubled = std::log(2);
  Shift const shift = shift_of_pairs({doubled, doubled, doubled, doubled, doubled});
  EXPECT_DOUBLE_EQ(shift.ratio, 2);
  ASSERT_TRUE(shift.low.has_value());
  EXPECT_DOUBLE_EQ(*shift.low, 2);
}

}  // namespace
}  // namespace pgdrill::statistics
