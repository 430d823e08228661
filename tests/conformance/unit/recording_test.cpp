#include "tests/conformance/framework/recording.hpp"

#include <gmock/gmock.h>

#include "tests/conformance/framework/flatten.hpp"
#include "tests/conformance/framework/normalise.hpp"

namespace pgdrill::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(Recording, SurvivesBeingWrittenAndRead) {
  Recording recording;
  recording.made_of = "Kubernetes 1";
  recording.merge({.tracks = {{"t", {"a", "b"}}}, .milestones = {{"c", {{0.5, "x happened"}}}}});
  recording.merge({.tracks = {{"t", {"a"}}, {"u", {"z"}}}, .milestones = {}});
  auto const again = parse_recording(to_lines(recording), "test");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->runs, 2);
  EXPECT_THAT(again->tracks.at("t").always, ElementsAre("a"));
  EXPECT_THAT(again->tracks.at("t").sometimes, ElementsAre("b"));
  EXPECT_THAT(again->tracks.at("u").always, IsEmpty()) << "the first run did not show it";
  EXPECT_THAT(again->orders.at(0).at("c"), ElementsAre(Milestone{0.5, "x happened"}));
  EXPECT_EQ(to_lines(*again), to_lines(recording));
}

TEST(Normalise, TakesOutWhatDiffersFromRunToRun) {
  EXPECT_EQ(with_placeholders("at 2026-11-24T03:02:13.632832Z from 10.88.0.7:5432"),
            "at <time> from <ip>:5432");
  EXPECT_EQ(with_placeholders("0/3000028 in 000000020000000000000007"), "<lsn> in 00000002<segment>");
  EXPECT_EQ(with_placeholders("20261124T030207 backup-20261124030207"), "<backup-id> backup-<time>");
  EXPECT_EQ(with_placeholders("Creating replica orders-2-join"), "Creating replica orders-2-join");
}

TEST(Normalise, LearnsGeneratedNames) {
  Normaliser normalise;
  normalise.learn({{"metadata", {{"name", "orders-2-join-498vb"}, {"generateName", "orders-2-join-"}}}});
  EXPECT_EQ(normalise("Created pod: orders-2-join-498vb"), "Created pod: orders-2-join-*");
}

TEST(Flatten, KeysListsAndHidesSecrets) {
  EXPECT_THAT(flatten({{"kind", "Secret"}, {"metadata", {{"uid", "1"}}}, {"data", {{"key", "eA=="}}}}),
              UnorderedElementsAre(Pair("data.key", "<secret>")));
  EXPECT_THAT(flatten({{"kind", "Cluster"},
                       {"status",
                        {{"conditions", json::array{{{"type", "Ready"}, {"status", "True"}}}},
                         {"instanceNames", {"a", "b"}}}}}),
              UnorderedElementsAre(Pair("status.conditions[Ready].status", "True"),
                                   Pair("status.conditions[Ready].type", "Ready"),
                                   Pair("status.instanceNames", "[\"a\",\"b\"]")));
}

}  // namespace
}  // namespace pgdrill::conformance
