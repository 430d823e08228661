#include "harness/base/clock_offset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace pgdrill {

ClockOffset clock_offset(WallTime before, WallTime after, WallTime told_first, WallTime told_last) {
  ClockOffset offset{.least = told_first - after, .most = told_last - before};
  Duration const zero{};
  // When zero lies between both bounds the clocks may agree.
  offset.at_least = std::max({zero, offset.least, -offset.most});
  return offset;
}

std::string ClockOffset::text() const {
  auto const seconds = [](Duration duration) { return fmt::format("{:.1f}", to_seconds(duration)); };
  Duration const zero{};
  if (at_least == zero) return "within " + seconds(std::max(most, -least)) + " s of ours";
  if (least > zero) return "ahead of ours by " + seconds(least) + " to " + seconds(most) + " s";
  return "behind ours by " + seconds(-most) + " to " + seconds(-least) + " s";
}

Result<WallTime> parse_http_date(std::string const& text) {
  std::tm parts{};
  char const* const end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') {
    return fail({.kind = ErrorKind::invalid, .what = "'" + text + "' is no date of HTTP"});
  }
  return WallTime(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace pgdrill
