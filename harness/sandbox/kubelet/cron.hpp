// Cron schedules in UTC, as CronJobs have them.
#pragma once
#include <bitset>
#include <optional>
#include <string_view>

#include "harness/base/time.hpp"

namespace pgdrill::sandbox {

/// Five fields (minute, hour, day of month, month, day of week), or six with the second first as CNPG's
/// ScheduledBackup has them; lists, ranges, steps, names of months and days, @hourly and its kin. When day of
/// month and day of week are both restricted, either is enough (crontab(5)).
class CronSchedule {
 public:
  /// Error kind: invalid.
  [[nodiscard]] static Result<CronSchedule> parse(std::string_view text, bool with_seconds = false);
  /// The first time after `time`; nothing when there is none within five years ("0 0 30 2 *").
  [[nodiscard]] std::optional<WallTime> next_after(WallTime time) const;

 private:
  [[nodiscard]] bool matches_day(std::chrono::sys_days day) const;
  [[nodiscard]] std::optional<std::chrono::seconds> next_in_day(std::chrono::seconds from) const;

  std::bitset<60> seconds_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;
  bool any_day_ = false;
  bool any_weekday_ = false;
};

}  // namespace pgdrill::sandbox
