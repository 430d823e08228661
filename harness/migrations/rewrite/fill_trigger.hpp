// A trigger that puts a value where one of the two versions writes NULL, or leaves the column out.
#pragma once
#include <string>

#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

struct FillTrigger {
  std::string create;
  std::string drop;
};

/// `value` is an expression over other columns of the row. BEFORE the row is written, and so before NOT NULL
/// is checked: https://www.postgresql.org/docs/15/trigger-definition.html
[[nodiscard]] FillTrigger fill_trigger(Name const& table, std::string const& column,
                                       std::string const& value);

}  // namespace pgdrill::review
