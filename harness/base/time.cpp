#include "harness/base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "harness/base/text.hpp"

namespace pgdrill {

namespace {

struct Broken {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t microsecond = 0;
};

Broken break_down(WallTime time) {
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const clock{time - day};
  return {static_cast<int>(date.year()),     static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()), clock.hours().count(),
          clock.minutes().count(),           clock.seconds().count(),
          clock.subseconds().count()};
}

/// Takes exactly `digits` decimal digits from the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + digits, value);
  if (problem != std::errc() || end != text.data() + digits || text.front() == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
  std::size_t const end = std::min(text.find_first_not_of("0123456789"), text.size());
  if (end == 0) return std::nullopt;
  std::string digits(text.substr(0, std::min<std::size_t>(end, 6)));
  digits.resize(6, '0');
  text.remove_prefix(end);
  return std::chrono::microseconds(std::stoi(digits));
}

std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  if (take(text, "Zz")) return std::chrono::minutes(0);
  int const sign = !text.empty() && text.front() == '-' ? -1 : 1;
  if (!take(text, "+-")) return std::nullopt;
  auto const hours = take_digits(text, 2);
  if (!hours || *hours > 15) return std::nullopt;
  int minutes = 0;
  if (!text.empty()) {
    take(text, ":");
    auto const given = take_digits(text, 2);
    if (!given || *given > 59) return std::nullopt;
    minutes = *given;
  }
  return std::chrono::minutes(sign * (*hours * 60 + minutes));
}

std::optional<WallTime> parse_date_time(std::string_view& text) {
  auto const year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  auto const month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  auto const day = take_digits(text, 2);
  if (!day || !take(text, "Tt ")) return std::nullopt;
  auto const hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  auto const minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ":")) return std::nullopt;
  auto const second = take_digits(text, 2);
  if (!second || *second > 60) return std::nullopt;
  std::chrono::microseconds fraction(0);
  if (take(text, ".")) {
    auto const given = take_fraction(text);
    if (!given) return std::nullopt;
    fraction = *given;
  }
  std::chrono::year_month_day const date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + fraction;
}

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr std::array<Unit, 6> units{{{"h", 3'600'000'000'000},
                                     {"m", 60'000'000'000},
                                     {"s", 1'000'000'000},
                                     {"ms", 1'000'000},
                                     {"us", 1'000},
                                     {"ns", 1}}};

tl::unexpected<Error> bad_duration(std::string_view text, std::string why) {
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("'{}' is no duration", text),
               .why = std::move(why),
               .todo = "write a number with a unit, e.g. 500ms, 2m or 1h30m"});
}

}  // namespace

Duration resolution_of(std::string_view time) {
  std::size_t const point = time.find('.');
  Duration resolution = std::chrono::seconds(1);
  if (point == std::string_view::npos) return resolution;
  std::size_t const end = std::min(time.find_first_not_of("0123456789", point + 1), time.size());
  for (std::size_t digit = point + 1; digit < end; ++digit) resolution /= 10;
  return std::max<Duration>(resolution, std::chrono::microseconds(1));
}

WallTime wall_now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string format_rfc3339(WallTime time) {
  Broken const b = break_down(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", b.year, b.month, b.day, b.hour, b.minute,
                     b.second, b.microsecond);
}

std::string format_rfc3339_seconds(WallTime time) {
  Broken const b = break_down(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", b.year, b.month, b.day, b.hour, b.minute,
                     b.second);
}

std::string format_postgres(WallTime time) {
  Broken const b = break_down(time);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00:00", b.year, b.month, b.day, b.hour,
                     b.minute, b.second, b.microsecond);
}

std::string format_compact(WallTime time) {
  Broken const b = break_down(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", b.year, b.month, b.day, b.hour, b.minute, b.second);
}

Result<WallTime> parse_time(std::string_view text) {
  std::string_view rest = trim(text);
  auto const time = parse_date_time(rest);
  auto const zone = time ? take_zone(rest) : std::nullopt;
  if (!time || !zone || !rest.empty()) {
    bool const no_zone = time && rest.empty();
    return fail({.kind = ErrorKind::invalid,
                 .what = fmt::format("'{}' is no time", text),
                 .why = no_zone ? "it has no time zone" : "it is not of the form 2026-11-24T03:02:13.632832Z",
                 .todo = "add a zone, e.g. Z or +01:00"});
  }
  return *time - *zone;
}

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = trim(text);
  if (rest == "0") return Duration::zero();
  if (rest.empty()) return bad_duration(text, "it is empty");
  double total = 0;
  while (!rest.empty()) {
    double number = 0;
    auto const [end, problem] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (problem != std::errc() || number < 0 || rest.front() == '-' || !std::isfinite(number)) {
      return bad_duration(text, "a number was expected at '" + std::string(rest) + "'");
    }
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    std::size_t const unit_end = std::min(rest.find_first_of("0123456789."), rest.size());
    std::string_view const name = rest.substr(0, unit_end);
    rest.remove_prefix(unit_end);
    Unit const* unit = nullptr;
    for (Unit const& candidate : units) {
      if (candidate.name == name) unit = &candidate;
    }
    if (unit == nullptr) {
      return bad_duration(text,
                          name.empty() ? "the number has no unit" : "'" + std::string(name) + "' is no unit");
    }
    total += number * static_cast<double>(unit->nanoseconds);
  }
  constexpr double longest = 9.2e18;  // int64 nanoseconds, some 292 years
  if (total > longest) return bad_duration(text, "it is longer than 292 years");
  return Duration(std::llround(total));
}

std::string format_duration(Duration duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string result = rest < 0 ? "-" : "";
  rest = rest < 0 ? -rest : rest;
  for (Unit const& unit : units) {
    if (rest >= unit.nanoseconds) {
      result += std::to_string(rest / unit.nanoseconds) + std::string(unit.name);
      rest %= unit.nanoseconds;
    }
  }
  return result;
}

std::string format_seconds(Duration duration) { return fmt::format("{:.3f} s", to_seconds(duration)); }

}  // namespace pgdrill
