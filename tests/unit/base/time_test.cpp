#include "harness/base/time.hpp"

#include <gmock/gmock.h>

namespace pgdrill {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

WallTime at(std::string_view text) { return parse_time(text).value(); }

TEST(Time, FormatsWhatItParses) {
  WallTime const time = at("2026-11-24T03:02:13.632832Z");
  EXPECT_EQ(format_rfc3339(time), "2026-11-24T03:02:13.632832Z");
  EXPECT_EQ(format_rfc3339_seconds(time), "2026-11-24T03:02:13Z");
  EXPECT_EQ(format_postgres(time), "2026-11-24 03:02:13.632832+00:00");
  EXPECT_EQ(format_compact(time), "20261124T030213Z");
}

struct Same {
  std::string_view text;
};
class SameMoment : public testing::TestWithParam<Same> {};

TEST_P(SameMoment, InEveryZoneForm) {
  EXPECT_EQ(format_rfc3339(at(GetParam().text)), "2026-11-24T03:02:13.500000Z");
}

INSTANTIATE_TEST_SUITE_P(Forms, SameMoment,
                         testing::Values(Same{"2026-11-24T03:02:13.5Z"}, Same{"2026-11-24 03:02:13.5+00"},
                                         Same{"2026-11-24 05:02:13.5+02"},
                                         Same{"2026-11-24T05:02:13.50+02:00"},
                                         Same{"2026-11-23 21:32:13.500000-0530"},
                                         Same{"2026-11-24T03:02:13.500000999Z"}));

TEST(Time, TellsApartWhatItsLastDigitCounts) {
  EXPECT_EQ(resolution_of("2026-11-24T03:02:13Z"), 1s);
  EXPECT_EQ(resolution_of("2026-11-24 03:02:13.5+02"), 100ms);
  EXPECT_EQ(resolution_of("2026-11-24T03:02:43.360Z"), 1ms);
  EXPECT_EQ(resolution_of("2026-11-24T03:02:43.363210187Z"), 1us) << "we count microseconds";
}

class NoTime : public testing::TestWithParam<std::string_view> {};

TEST_P(NoTime, IsRefused) { EXPECT_FALSE(parse_time(GetParam()).has_value()); }

INSTANTIATE_TEST_SUITE_P(Forms, NoTime,
                         testing::Values("", "tomorrow", "2026-11-24", "2026-13-24T03:02:13Z",
                                         "2026-02-30T03:02:13Z", "2026-11-24T24:00:00Z",
                                         "2026-11-24T03:02:13", "2026-11-24T03:02:13Zulu",
                                         "2026-11-24T03:02:13.Z", "-026-11-24T03:02:13Z"));

TEST(Time, AMissingZoneIsNamed) {
  EXPECT_THAT(parse_time("2026-11-24 03:02:13").error().why, HasSubstr("zone"));
}

TEST(DurationText, ReadsUnits) {
  EXPECT_EQ(parse_duration("500ms").value(), Duration(500ms));
  EXPECT_EQ(parse_duration("2m").value(), Duration(2min));
  EXPECT_EQ(parse_duration("1h30m").value(), Duration(90min));
  EXPECT_EQ(parse_duration("1.5s").value(), Duration(1500ms));
  EXPECT_EQ(parse_duration("100us").value(), Duration(100us));
  EXPECT_EQ(parse_duration("0s").value(), Duration::zero());
}

class NoDuration : public testing::TestWithParam<std::string_view> {};

TEST_P(NoDuration, IsRefusedWithTheWayToMendIt) {
  auto const result = parse_duration(GetParam());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, ErrorKind::usage);
  EXPECT_THAT(result.error().todo, HasSubstr("500ms"));
}

INSTANTIATE_TEST_SUITE_P(Forms, NoDuration,
                         testing::Values("", "5", "-5s", "5 s", "s", "5x", "1e3s", "5s5", "nan", "inf",
                                         "1h-3m", "99999999999999999999h"));

TEST(DurationText, RoundTrips) {
  for (Duration const duration : {Duration(90s), Duration(500ms), Duration(1h + 1ns), Duration(0s)}) {
    EXPECT_EQ(parse_duration(format_duration(duration)).value(), duration) << format_duration(duration);
  }
  EXPECT_EQ(format_duration(90s), "1m30s");
  EXPECT_EQ(format_seconds(12345ms), "12.345 s");
}

}  // namespace
}  // namespace pgdrill
