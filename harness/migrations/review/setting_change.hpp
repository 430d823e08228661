// Statements that set a parameter of the session: SET, RESET, DISCARD ALL and SELECT set_config(...).
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/review/action.hpp"

namespace pgdrill::review {

struct SettingChange {
  std::string name;                 ///< in small letters; empty: all parameters
  std::vector<std::string> values;  ///< empty: back to what the session began with
  bool local = false;               ///< until the transaction's end
};

/// In order. A value that is put together at run time counts as set to an unknown one: "?".
[[nodiscard]] std::vector<SettingChange> setting_changes_of(Action const& action);

/// 0, 0ms, '0': switches a timeout off.
[[nodiscard]] bool is_zero(std::string const& value);
/// A time zone that is UTC for ever.
[[nodiscard]] bool names_utc(std::string const& zone);

}  // namespace pgdrill::review
