// add-column-rewrites: a new column rewrites the table.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_add_column_rewrites {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_column, [&](Action const& action, Effect const& effect) {
    if (effect.cost != Cost::rewrite) return;
    findings.add(review, action,
                 fmt::format("{}: it {}{}", effect.cost_reason, lock_text(effect),
                             size_text(review.schema(), action.table)));
  });
}

Rule describe() {
  return {.id = "add-column-rewrites",
          .summary = "a new column rewrites the table",
          .why =
              "A default that differs in every row (a volatile function, serial, identity), a stored "
              "generated column and a domain with a constraint make ALTER TABLE write every row and every "
              "index anew under ACCESS EXCLUSIVE. Constants and stable functions such as now() are stored "
              "once (PostgreSQL 11 and later) and cost nothing.",
          .instead = "add the column without the default, SET DEFAULT for new rows, fill old rows in batches",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_add_column_rewrites
