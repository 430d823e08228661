// How far another clock is from ours, seen through a request that took a while.
#pragma once
#include <string>

#include "harness/base/time.hpp"

namespace pgdrill {

struct ClockOffset {
  Duration least{};     ///< the other clock is at least so far ahead (negative: behind)
  Duration most{};      ///< and at most so far
  Duration at_least{};  ///< it is off by at least this, in either direction; zero when it may be right
  /// "ahead by 3.2 to 4.1 s", or "within 0.1 s of ours".
  [[nodiscard]] std::string text() const;
};

/// Asked between `before` and `after` by our clock, the other one said a time from `told_first` to
/// `told_last`.
[[nodiscard]] ClockOffset clock_offset(WallTime before, WallTime after, WallTime told_first,
                                       WallTime told_last);

/// Reads "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7). Error kind: invalid.
[[nodiscard]] Result<WallTime> parse_http_date(std::string const& text);

}  // namespace pgdrill
