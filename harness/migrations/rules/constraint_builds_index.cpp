// constraint-builds-index: a unique or primary key constraint builds its index under the strongest lock.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_constraint_builds_index {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_constraint, [&](Action const& action, Effect const& effect) {
    if (effect.cost != Cost::index_build) return;
    bool const exclusion = get_string(*action.node, "contype") == "CONSTR_EXCLUSION";
    findings.add(review, action,
                 fmt::format("{}: {}{}", effect.cost_reason, lock_text(effect),
                             size_text(review.schema(), action.table)),
                 exclusion ? "there is no other way for EXCLUDE: do it while nobody writes, or put the "
                             "constraint on a new table"
                           : "");
  });
}

Rule describe() {
  return {
      .id = "constraint-builds-index",
      .summary = "a unique or primary key constraint builds its index under the strongest lock",
      .why =
          "ADD UNIQUE and ADD PRIMARY KEY build an index under ACCESS EXCLUSIVE. An index made beforehand is "
          "taken over at once with USING INDEX. An exclusion constraint cannot be added in another way.",
      .instead = "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... UNIQUE USING INDEX",
      .severity = Severity::error,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_constraint_builds_index
