#include "tests/conformance/framework/compare.hpp"

#include <gmock/gmock.h>

namespace pgdrill::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Observations seen(std::vector<std::string> phases, std::vector<Milestone> order = {}) {
  return {.tracks = {{"Cluster c phase", std::move(phases)}}, .milestones = {{"c", std::move(order)}}};
}

std::vector<std::string> differences(std::vector<Observations> const& real, Observations const& run) {
  Recording recording;
  for (Observations const& one : real) recording.merge(one);
  std::vector<std::string> texts;
  for (Difference const& difference : compare("x", recording, run)) texts.push_back(describe(difference));
  return texts;
}

TEST(Compare, FindsNothingInTheSameRun) {
  EXPECT_THAT(differences({seen({"a", "b"})}, seen({"a", "b"})), IsEmpty());
}

TEST(Compare, NamesWhatIsMissingAndWhatIsExtra) {
  EXPECT_THAT(differences({seen({"a", "b"})}, seen({"a", "c"})),
              ElementsAre("x: missing Cluster c phase: b", "x: extra Cluster c phase: c"));
  EXPECT_THAT(differences({seen({"a"})}, {}), ElementsAre("x: missing Cluster c phase: a"));
  Observations other = seen({"a"});
  other.tracks["Pod p"] = {"added"};
  EXPECT_THAT(differences({seen({"a"})}, other), ElementsAre("x: extra Pod p: added"));
}

TEST(Compare, AValueOutOfPlaceIsBoth) {
  EXPECT_THAT(differences({seen({"a", "b"})}, seen({"b", "a"})),
              ElementsAre("x: missing Cluster c phase: a", "x: extra Cluster c phase: a"));
}

TEST(Compare, WhatOnlySomeRunsShowedMayBeOrNot) {
  std::vector<Observations> const real{seen({"a", "b", "c"}), seen({"a", "c"})};
  EXPECT_THAT(differences(real, seen({"a", "c"})), IsEmpty());
  EXPECT_THAT(differences(real, seen({"a", "b", "c"})), IsEmpty());
  EXPECT_THAT(differences(real, seen({"a"})), ElementsAre("x: missing Cluster c phase: c"));
}

TEST(Compare, ReportsTheNearestMilestonesThatChangedPlaces) {
  std::vector<Milestone> const order{{0, "first"}, {1, "second"}, {2, "third"}};
  EXPECT_THAT(differences({seen({}, order)}, seen({}, order)), IsEmpty());
  EXPECT_THAT(differences({seen({}, order)}, seen({}, {{0, "first"}, {1, "third"}, {2, "second"}})),
              ElementsAre("x: order order c: second before third"));
}

TEST(Compare, MilestonesCloseTogetherOrInEitherOrderHaveNone) {
  Observations const other = seen({}, {{0, "b"}, {1, "a"}});
  EXPECT_THAT(differences({seen({}, {{0, "a"}, {0.1, "b"}})}, other), IsEmpty());
  EXPECT_THAT(differences({seen({}, {{0, "a"}, {1, "b"}}), other}, other), IsEmpty());
  EXPECT_THAT(differences({seen({}, {{0, "a"}, {1, "b"}})}, other),
              ElementsAre("x: order order c: a before b"));
}

}  // namespace
}  // namespace pgdrill::conformance
