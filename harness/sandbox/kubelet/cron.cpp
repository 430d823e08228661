#include "harness/sandbox/kubelet/cron.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <vector>

#include "harness/base/text.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::chrono::days search_limit(5 * 366);

using Names = std::vector<std::string_view>;
Names const month_names = {"",    "jan", "feb", "mar", "apr", "may", "jun",
                           "jul", "aug", "sep", "oct", "nov", "dec"};
Names const day_names = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

Error cron_error(std::string_view part, std::string_view why) {
  return {.kind = ErrorKind::invalid,
          .what = "not a cron schedule",
          .where = std::string(part),
          .why = std::string(why)};
}

struct Field {
  int first;
  int last;
  Names const* names = nullptr;
};

Result<int> number(std::string_view text, Field const& field) {
  if (field.names != nullptr) {
    std::string const lower = lower_case(text);
    auto const found = std::ranges::find(*field.names, std::string_view(lower));
    if (!lower.empty() && found != field.names->end()) return static_cast<int>(found - field.names->begin());
  }
  int value = -1;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size())
    return fail(cron_error(text, "not a number"));
  if (value < field.first || value > field.last) {
    return fail(cron_error(text, fmt::format("not within {} and {}", field.first, field.last)));
  }
  return value;
}

/// "*", "5", "1-5", each with "/step".
template <std::size_t Size>
Result<> add_range(std::string_view text, Field const& field, std::bitset<Size>& into) {
  std::vector<std::string> const parts = split(text, '/');
  if (parts.size() > 2) return fail(cron_error(text, "more than one step"));
  int step = 1;
  if (parts.size() == 2) {
    TRY(step, number(parts[1], {1, field.last}));
  }
  int first = field.first;
  int last = field.last;
  if (parts[0] != "*" && parts[0] != "?") {
    std::vector<std::string> const ends = split(parts[0], '-');
    if (ends.size() > 2) return fail(cron_error(text, "not a range"));
    TRY(first, number(ends[0], field));
    // "5/10" means from 5 on.
    last = parts.size() == 2 ? field.last : first;
    if (ends.size() == 2) {
      TRY(last, number(ends[1], field));
    }
    if (last < first) return fail(cron_error(text, "the range ends before it starts"));
  }
  for (int value = first; value <= last; value += step) into.set(static_cast<std::size_t>(value));
  return {};
}

template <std::size_t Size>
Result<> read_field(std::string_view text, Field const& field, std::bitset<Size>& into) {
  for (std::string const& part : split(text, ',')) TRY_VOID(add_range(part, field, into));
  return {};
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> result;
  for (std::string& word : split(text, ' ')) {
    if (!trim(word).empty()) result.emplace_back(trim(word));
  }
  return result;
}

std::string_view without_macro(std::string_view text) {
  static std::map<std::string_view, std::string_view> const macros = {
      {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
      {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
      {"@hourly", "0 * * * *"}};
  auto const macro = macros.find(trim(text));
  return macro == macros.end() ? text : macro->second;
}

}  // namespace

Result<CronSchedule> CronSchedule::parse(std::string_view text, bool with_seconds) {
  std::string_view const expanded = without_macro(text);
  std::vector<std::string> fields = words(expanded);
  if (with_seconds && expanded == text && fields.size() != 6) {
    return fail(cron_error(text, fmt::format("{} fields where six belong", fields.size())));
  }
  if (!with_seconds || expanded != text) fields.insert(fields.begin(), "0");
  if (fields.size() != 6)
    return fail(cron_error(text, fmt::format("{} fields where five belong", fields.size() - 1)));
  CronSchedule schedule;
  TRY_VOID(read_field(fields[0], {0, 59}, schedule.seconds_));
  TRY_VOID(read_field(fields[1], {0, 59}, schedule.minutes_));
  TRY_VOID(read_field(fields[2], {0, 23}, schedule.hours_));
  TRY_VOID(read_field(fields[3], {1, 31}, schedule.days_));
  TRY_VOID(read_field(fields[4], {1, 12, &month_names}, schedule.months_));
  TRY_VOID(read_field(fields[5], {0, 7, &day_names}, schedule.weekdays_));
  if (schedule.weekdays_.test(7)) schedule.weekdays_.set(0);
  schedule.any_day_ = fields[3].starts_with('*') || fields[3] == "?";
  schedule.any_weekday_ = fields[5].starts_with('*') || fields[5] == "?";
  return schedule;
}

bool CronSchedule::matches_day(std::chrono::sys_days day) const {
  std::chrono::year_month_day const date(day);
  if (!months_.test(unsigned{date.month()})) return false;
  bool const by_day = days_.test(unsigned{date.day()});
  bool const by_weekday = weekdays_.test(std::chrono::weekday(day).c_encoding());
  return any_day_ || any_weekday_ ? by_day && by_weekday : by_day || by_weekday;
}

std::optional<std::chrono::seconds> CronSchedule::next_in_day(std::chrono::seconds from) const {
  for (std::size_t hour = 0; hour < hours_.size(); ++hour) {
    if (!hours_.test(hour) || std::chrono::hours(hour + 1) <= from) continue;
    for (std::size_t minute = 0; minute < minutes_.size(); ++minute) {
      auto const start = std::chrono::hours(hour) + std::chrono::minutes(minute);
      if (!minutes_.test(minute) || start + std::chrono::minutes(1) <= from) continue;
      for (std::size_t second = 0; second < seconds_.size(); ++second) {
        auto const time = start + std::chrono::seconds(second);
        if (seconds_.test(second) && time >= from) return time;
      }
    }
  }
  return std::nullopt;
}

std::optional<WallTime> CronSchedule::next_after(WallTime time) const {
  auto const first = std::chrono::floor<std::chrono::seconds>(time) + std::chrono::seconds(1);
  auto const first_day = std::chrono::floor<std::chrono::days>(first);
  for (auto day = first_day; day < first_day + search_limit; day += std::chrono::days(1)) {
    if (!matches_day(day)) continue;
    auto const from = day == first_day ? first - day : std::chrono::seconds(0);
    if (auto const found = next_in_day(from)) return WallTime(day + *found);
  }
  return std::nullopt;
}

}  // namespace pgdrill::sandbox
