// What can be known of another clock from one request.
#include "harness/base/clock_offset.hpp"

#include <gtest/gtest.h>

namespace pgdrill {
namespace {

using std::chrono::seconds;

WallTime const noon = parse_time("2026-11-24T12:00:00Z").value();

struct Case {
  char const* name;
  seconds after;  ///< how long the request took
  seconds told;   ///< what the other clock said, after noon
  seconds at_least;
  std::string text;
};
class Offset : public testing::TestWithParam<Case> {};

TEST_P(Offset, IsNoMoreThanIsSure) {
  Case const& one = GetParam();
  ClockOffset const offset =
      clock_offset(noon, noon + one.after, noon + one.told, noon + one.told + seconds(1));
  EXPECT_EQ(offset.at_least, one.at_least);
  EXPECT_EQ(offset.text(), one.text);
}

INSTANTIATE_TEST_SUITE_P(
    All, Offset,
    testing::Values(Case{"equal", seconds(0), seconds(0), seconds(0), "within 1.0 s of ours"},
                    Case{"a_slow_answer_excuses", seconds(5), seconds(2), seconds(0), "within 3.0 s of ours"},
                    Case{"ahead", seconds(1), seconds(10), seconds(9), "ahead of ours by 9.0 to 11.0 s"},
                    Case{"behind", seconds(1), seconds(-10), seconds(9), "behind ours by 9.0 to 11.0 s"}),
    [](auto const& test) { return std::string(test.param.name); });

TEST(HttpDate, IsReadAsRfc9110WritesIt) {
  EXPECT_EQ(parse_http_date("Tue, 24 Nov 2026 12:00:00 GMT").value(), noon);
  EXPECT_FALSE(parse_http_date("Tue, 24 Nov 2026 12:00:00 +0100"));
  EXPECT_FALSE(parse_http_date("2026-11-24T12:00:00Z"));
  EXPECT_FALSE(parse_http_date(""));
}

}  // namespace
}  // namespace pgdrill
