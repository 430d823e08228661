// enum-value-order: a new enum label has no place among the others.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_enum_value_order {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_enum_value, [&](Action const& action, Effect const&) {
    if (get_string(*action.node, "newValNeighbor").empty())
      findings.add(review, action, fmt::format("'{}' becomes the greatest label", action.name));
  });
}

Rule describe() {
  return {.id = "enum-value-order",
          .summary = "a new enum label has no place among the others",
          .why =
              "Labels sort in the order of the type, not of the alphabet: without BEFORE or AFTER "
              "the new one becomes the greatest, and no statement moves it afterwards.",
          .instead = "say BEFORE or AFTER which label it stands",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_enum_value_order
