// inheritance-detached: rows of a child leave the parent's queries.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_inheritance_detached {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::inherit, [&](Action const& action, Effect const& effect) {
    bool const leaves = get_string(*action.node, "subtype") == "AT_DropInherit";
    if (leaves && !effect.locks.empty())
      findings.add(review, action,
                   fmt::format("queries of the parent miss the rows of {}", action.table.text()));
  });
}

Rule describe() {
  return {.id = "inheritance-detached",
          .summary = "rows of a child leave the parent's queries",
          .why =
              "After NO INHERIT queries of the parent, with no error, no longer see the rows of the "
              "child.",
          .instead = "deploy first a version that reads the child as well",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_inheritance_detached
