#include "harness/base/time.hpp"
#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(duration_and_time) {
  using namespace pgdrill;
  if (auto const duration = parse_duration(input)) {
    fuzz::require(*duration >= Duration::zero(), "no duration is negative");
    auto const again = parse_duration(format_duration(*duration));
    fuzz::require(again.has_value(), "a duration's text is a duration");
    // Past 2^53 ns, some 104 days, the parser's double rounds to the next few nanoseconds.
    bool const exact = duration->count() < (std::int64_t{1} << 53U);
    if (exact) fuzz::require(*again == *duration, "a duration's text gives it again");
  }
  if (auto const time = parse_time(input)) {
    auto const again = parse_time(format_rfc3339(*time));
    fuzz::require(again && *again == *time, "a time's text gives it again");
  }
}
