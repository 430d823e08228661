#include "harness/sandbox/kubelet/cron.hpp"

#include <gtest/gtest.h>

namespace pgdrill::sandbox {
namespace {

struct Case {
  char const* schedule;
  char const* from;
  char const* next;
};

class CronTimes : public testing::TestWithParam<Case> {};

TEST_P(CronTimes, AreTheNextOnes) {
  auto const schedule = CronSchedule::parse(GetParam().schedule);
  ASSERT_TRUE(schedule) << describe(schedule.error());
  auto const next = schedule->next_after(*parse_time(GetParam().from));
  ASSERT_TRUE(next);
  EXPECT_EQ(format_rfc3339_seconds(*next), GetParam().next);
}

// 2026-11-24 is a Tuesday.
INSTANTIATE_TEST_SUITE_P(
    Schedules, CronTimes,
    testing::Values(Case{"* * * * *", "2026-11-24T03:02:13Z", "2026-11-24T03:03:00Z"},
                    Case{"* * * * *", "2026-11-24T03:02:00Z", "2026-11-24T03:03:00Z"},
                    Case{"*/15 * * * *", "2026-11-24T03:46:00Z", "2026-11-24T04:00:00Z"},
                    Case{"5/20 * * * *", "2026-11-24T03:06:00Z", "2026-11-24T03:25:00Z"},
                    Case{"0 0 * * *", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"},
                    Case{"30 4 1,15 * *", "2026-11-24T03:02:13Z", "2026-12-01T04:30:00Z"},
                    Case{"0 9 * * mon-fri", "2026-11-27T09:00:00Z", "2026-11-30T09:00:00Z"},
                    Case{"0 0 * * 7", "2026-11-24T03:02:13Z", "2026-11-29T00:00:00Z"},
                    Case{"0 0 13 * fri", "2026-11-24T00:00:00Z", "2026-11-27T00:00:00Z"},
                    Case{"0 0 29 feb *", "2026-11-24T00:00:00Z", "2028-02-29T00:00:00Z"},
                    Case{"@hourly", "2026-11-24T03:02:13Z", "2026-11-24T04:00:00Z"}));

class BadCron : public testing::TestWithParam<char const*> {};

TEST_P(BadCron, IsRefused) { EXPECT_FALSE(CronSchedule::parse(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Schedules, BadCron,
                         testing::Values("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *",
                                         "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *", "5-1 * * * *",
                                         "*/0 * * * *", "1-2-3 * * * *", "@never"));

TEST(Cron, HasSecondsWhenAsked) {
  auto const schedule = CronSchedule::parse("10 0 * * * *", true);
  ASSERT_TRUE(schedule) << describe(schedule.error());
  EXPECT_EQ(format_rfc3339_seconds(*schedule->next_after(*parse_time("2026-11-24T03:00:10Z"))),
            "2026-11-24T04:00:10Z");
  EXPECT_FALSE(CronSchedule::parse("0 * * * *", true));
}

TEST(Cron, KnowsThatSomeTimesNeverCome) {
  EXPECT_FALSE(CronSchedule::parse("0 0 30 2 *")->next_after(*parse_time("2026-11-24T00:00:00Z")));
}

}  // namespace
}  // namespace pgdrill::sandbox
