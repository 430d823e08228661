// drop-table: a table and its rows go, under a version that may still use it.
#include <fmt/format.h>

#include "harness/migrations/review/dependants.hpp"
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_table {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::drop_table, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty())
      findings.add(review, action,
                   fmt::format("{}, and its rows are gone{}{}", effect.breaks_old,
                               used_by_text(effect.dependants), size_text(review.schema(), action.table)));
  });
}

Rule describe() {
  return {.id = "drop-table",
          .summary = "a table and its rows go, under a version that may still use it",
          .why =
              "The rows come back only from a backup: this is the point of no return. Its foreign keys lock "
              "the tables that they refer to as well.",
          .instead = "rename it first, which is undone at once; drop it when nobody missed it for days",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_table
