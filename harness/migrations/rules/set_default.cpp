// set-default: a column gets another default.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_set_default {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::set_default, [&](Action const& action, Effect const& effect) {
    if (!effect.locks.empty())
      findings.add(review, action,
                   fmt::format("inserts that leave {} out write another value", action.column));
  });
}

Rule describe() {
  return {.id = "set-default",
          .summary = "a column gets another default",
          .why =
              "Rows from before keep their value, and an application that caches or repeats the "
              "default writes the former one.",
          .instead = "look for the default in the code of the application",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_set_default
