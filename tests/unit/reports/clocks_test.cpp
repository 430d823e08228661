// The cluster's own clocks against the marks: what they may say, and what contradicts.
#include "reports/clocks.hpp"

#include <gmock/gmock.h>

#include "reports/report.hpp"
#include "tests/unit/reports/journal_builder.hpp"

namespace pgdrill::reports {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Nanoseconds second = 1'000'000'000;

std::string summary_of(Run const& run) {
  for (Report const& report : reports())
    if (report.file == "summary.md") return report.render(run, judge(run));
  return "";
}

json::object reading(std::string_view order, std::string_view at, Nanoseconds resolution) {
  return {{"mark", "cluster-ready"}, {"order", order}, {"step", "restore"},          {"source", "Cluster r1"},
          {"clock", "kubernetes"},   {"at", at},       {"resolution_ns", resolution}};
}

struct Case {
  char const* name;
  char const* order;
  char const* at;  ///< the mark is of 03:00:23
  Nanoseconds resolution;
  Nanoseconds least;  ///< of the clock's offset
  Nanoseconds most;
  Nanoseconds contradiction;
};

class ClockAgainstMark : public testing::TestWithParam<Case> {};

TEST_P(ClockAgainstMark, ContradictsByWhatResolutionAndOffsetDoNotExplain) {
  Case const& given = GetParam();
  JournalBuilder journal = started_run();
  journal.at(23).mark("cluster-ready");
  journal.add("clock", reading(given.order, given.at, given.resolution));
  journal.add("clock-offset", {{"clock", "kubernetes"}, {"least_ns", given.least}, {"most_ns", given.most}});
  journal.add("clock-offset", {{"clock", "node"}, {"least_ns", -99 * second}, {"most_ns", 99 * second}});
  std::vector<ClockComparison> const comparisons = compare_clocks(journal.run());
  ASSERT_EQ(comparisons.size(), 1U);
  EXPECT_EQ(comparisons[0].contradiction, given.contradiction);
  EXPECT_EQ(clock_contradictions(comparisons).empty(), given.contradiction == 0);
}

constexpr Nanoseconds millisecond = 1'000'000;
INSTANTIATE_TEST_SUITE_P(
    Clocks, ClockAgainstMark,
    testing::Values(
        Case{"SameMoment", "same", "2026-11-24T03:00:23Z", second, 0, 0, 0},
        Case{"CutToItsSecond", "same", "2026-11-24T03:00:22Z", second, 0, 0, 0},
        Case{"EarlierThanItsSecond", "same", "2026-11-24T03:00:21Z", second, 0, 0, -second},
        Case{"Later", "same", "2026-11-24T03:00:24Z", second, 0, 0, second},
        Case{"LaterByItsOffset", "same", "2026-11-24T03:00:24Z", second, 0, second, 0},
        Case{"LaterThanItsOffset", "same", "2026-11-24T03:00:26Z", second, 0, second, 2 * second},
        Case{"ClockIsAheadAndSoTooEarly", "same", "2026-11-24T03:00:23.000Z", millisecond, 2 * second,
             3 * second, -2 * second + millisecond},
        Case{"ClockIsBehind", "same", "2026-11-24T03:00:20.000Z", millisecond, -4 * second, -2 * second, 0},
        Case{"BeforeIsBefore", "before", "2026-11-24T03:00:01Z", second, 0, 0, 0},
        Case{"BeforeIsNotAfter", "before", "2026-11-24T03:00:25Z", second, 0, 0, 2 * second},
        Case{"AfterIsAfter", "after", "2026-11-24T03:01:25Z", second, 0, 0, 0},
        Case{"AfterIsNotBefore", "after", "2026-11-24T03:00:20Z", second, 0, 0, -2 * second},
        Case{"FarAway", "same", "9999-11-24T03:00:23Z", second, 0, 0, 36'525LL * 86'400 * second}),
    [](auto const& info) { return info.param.name; });

TEST(Clocks, AMarksOwnTimeIsOneOfThem) {
  JournalBuilder journal = started_run();
  json::object const pod{
      {"name", "promoted"}, {"step", "restore"}, {"source", "pod r1"}, {"at", "2026-11-24T03:00:22.75Z"}};
  json::object const job{
      {"name", "damage-done"}, {"step", "migrate"}, {"source", "Job m1"}, {"at", "2026-11-24T03:00:23Z"}};
  journal.at(23).add("mark", pod).add("mark", job);
  std::vector<ClockComparison> const comparisons = compare_clocks(journal.run());
  ASSERT_EQ(comparisons.size(), 2U);
  EXPECT_EQ(comparisons[0].reading.clock, "node");
  EXPECT_EQ(comparisons[0].difference, -250 * millisecond);
  EXPECT_EQ(comparisons[0].reading.resolution, 10 * millisecond);
  EXPECT_EQ(comparisons[0].contradiction, -240 * millisecond);
  EXPECT_EQ(comparisons[1].reading.clock, "kubernetes");
  EXPECT_EQ(comparisons[1].reading.resolution, second);
  EXPECT_THAT(clock_contradictions(comparisons),
              ElementsAre(AllOf(HasSubstr("pod r1"), HasSubstr("0.240 s earlier than the mark promoted"),
                                HasSubstr("is unknown"))));
}

TEST(Clocks, AMarkThatEndsNoPhaseMayBeWrittenLate) {
  JournalBuilder journal = started_run();
  json::object const fetched{
      {"name", "revert-fetched"}, {"source", "GitRepository"}, {"at", "2026-11-24T03:00:09Z"}};
  journal.at(23).add("mark", fetched);
  EXPECT_THAT(clock_contradictions(compare_clocks(journal.run())), IsEmpty());
}

TEST(Clocks, AreComparedWithTheLastMarkOfTheirName) {
  JournalBuilder journal = started_run();
  journal.at(23).mark("cluster-ready");
  journal.add("clock", reading("same", "2026-11-24T03:00:23Z", second));
  journal.at(50).mark("cluster-ready");
  journal.add("clock", reading("same", "2026-11-24T03:00:50Z", second));
  std::vector<ClockComparison> const comparisons = compare_clocks(journal.run());
  ASSERT_EQ(comparisons.size(), 2U);
  EXPECT_EQ(comparisons[0].difference, 0);
  EXPECT_EQ(comparisons[1].difference, 0);
}

TEST(Clocks, WhatCannotBeReadOrHasNoMarkIsPassedOver) {
  JournalBuilder journal = started_run();
  journal.add("clock", reading("same", "2026-11-24T03:00:23Z", second));
  journal.at(23).mark("cluster-ready");
  journal.add("clock", reading("same", "yesterday", second));
  EXPECT_THAT(compare_clocks(journal.run()), IsEmpty());
}

TEST(Clocks, OfSeveralOffsetsTheWidestBoundsHold) {
  JournalBuilder journal = started_run();
  journal.at(23).mark("cluster-ready");
  journal.add("clock", reading("same", "2026-11-24T03:00:23Z", second));
  journal.add("clock-offset", {{"clock", "kubernetes"}, {"least_ns", -1}, {"most_ns", 5}});
  journal.add("clock-offset", {{"clock", "kubernetes"}, {"least_ns", 2}, {"most_ns", 7}});
  ClockComparison const comparison = compare_clocks(journal.run()).at(0);
  EXPECT_TRUE(comparison.offset_known);
  EXPECT_EQ(comparison.offset_least, -1);
  EXPECT_EQ(comparison.offset_most, 7);
}

TEST(Clocks, TheSummarySaysWhatContradicts) {
  JournalBuilder journal = passing_run();
  EXPECT_THAT(summary_of(journal.run()), testing::Not(HasSubstr("Clocks that contradict")));
  journal.add("clock", reading("same", "2026-11-24T03:00:05Z", second));
  EXPECT_THAT(summary_of(journal.run()),
              AllOf(HasSubstr("Clocks that contradict the marks"), HasSubstr("16.800 s earlier")));
}

}  // namespace
}  // namespace pgdrill::reports
