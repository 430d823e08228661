// Durations come from the monotonic clock; the wall clock only labels.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/error.hpp"

namespace pgdrill {

using Duration = std::chrono::nanoseconds;
using Monotonic = std::chrono::steady_clock::time_point;
/// Wall time with the precision of PostgreSQL and of Kubernetes' MicroTime.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

[[nodiscard]] WallTime wall_now();

/// RFC 3339 in UTC with microseconds: "2026-11-24T03:02:13.632832Z".
[[nodiscard]] std::string format_rfc3339(WallTime time);
/// RFC 3339 in UTC with whole seconds, as in Kubernetes' metadata: "2026-11-24T03:02:13Z".
[[nodiscard]] std::string format_rfc3339_seconds(WallTime time);
/// The one form that is safe as CNPG's recoveryTarget.targetTime: "2026-11-24 03:02:13.632832+00:00".
[[nodiscard]] std::string format_postgres(WallTime time);
/// "20261124T030213Z", sortable, good in a file name.
[[nodiscard]] std::string format_compact(WallTime time);
/// Reads RFC 3339 and PostgreSQL's timestamptz output in any zone offset ("... +02", "+02:00", "Z"); a time
/// without a zone is refused. Error kind: invalid.
[[nodiscard]] Result<WallTime> parse_time(std::string_view text);

/// What a time's text can tell apart: a second without a fraction, as in Kubernetes' metadata, else what its
/// last digit counts; a microsecond at least.
[[nodiscard]] Duration resolution_of(std::string_view time);

/// Reads "500ms", "2m", "1h30m", "1.5s", "100us"; a number without a unit is refused, so are negative values.
/// Error kind: usage.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);
/// The shortest exact form of parse_duration's language, "0s" for zero: "1m30s", "500ms".
[[nodiscard]] std::string format_duration(Duration duration);
/// Seconds with millisecond resolution for people: "12.345 s".
[[nodiscard]] std::string format_seconds(Duration duration);

[[nodiscard]] inline double to_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace pgdrill
