// truncate: all rows go, under the strongest lock.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_truncate {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::truncate, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty())
      findings.add(review, action,
                   fmt::format("all rows of {}{} are gone", action.table.text(),
                               action.cascade ? " and of every table that refers to it" : ""));
  });
}

Rule describe() {
  return {.id = "truncate",
          .summary = "all rows go, under the strongest lock",
          .why =
              "TRUNCATE takes ACCESS EXCLUSIVE on the table and, with CASCADE, on every table that refers to "
              "it and empties them too. Only a backup brings the rows back.",
          .instead =
              "rename the table and create an empty one, so that the rows are there until nobody misses them",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_truncate
