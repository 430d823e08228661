// A machine may have only so much time for all tests: PGDRILL_TEST_UNTIL, in seconds since 1970, says when it
// is over. A test that would begin later is skipped, and says so; one that runs is left alone.
#pragma once
#include <cstdlib>
#include <ctime>

namespace pgdrill::test {

/// Whether the time for tests is over. Always false where PGDRILL_TEST_UNTIL is not set, or is not a number.
[[nodiscard]] inline bool time_is_over() {
  char const* const until = std::getenv("PGDRILL_TEST_UNTIL");
  if (until == nullptr) return false;
  char* end = nullptr;
  long long const limit = std::strtoll(until, &end, 10);
  return end != until && *end == '\0' && std::time(nullptr) >= limit;
}

inline constexpr char const* time_over = "the time for tests is over: PGDRILL_TEST_UNTIL has passed";

}  // namespace pgdrill::test
