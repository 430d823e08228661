// constraint-validates: a new constraint is verified while writers are kept out.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_constraint_validates {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_constraint, [&](Action const& action, Effect const& effect) {
    if (effect.cost == Cost::scan)
      findings.add(review, action,
                   fmt::format("{}: {}{}", effect.cost_reason, lock_text(effect),
                               size_text(review.schema(), action.table)));
  });
}

Rule describe() {
  return {.id = "constraint-validates",
          .summary = "a new constraint is verified while writers are kept out",
          .why =
              "A CHECK is verified under ACCESS EXCLUSIVE, a foreign key under SHARE ROW EXCLUSIVE on both "
              "tables. With NOT VALID it is at once in force for new rows, and VALIDATE CONSTRAINT verifies "
              "the old ones while others read and write.",
          .instead = "add it NOT VALID, and VALIDATE CONSTRAINT in a later transaction",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_constraint_validates
