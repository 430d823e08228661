// composite-attribute: a composite type changes its attributes.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_composite_attribute {
namespace {

void check(Review const& review, Findings& findings) {
  for (Action const& action : *review.actions) {
    if (action.object != "TYPE" || action.column.empty()) continue;
    findings.add(review, action,
                 fmt::format("values of {} change their shape under who reads them", action.table.text()));
  }
}

Rule describe() {
  return {.id = "composite-attribute",
          .summary = "a composite type changes its attributes",
          .why =
              "Every column, function and cached plan that uses the type gets another row: clients "
              "that read it by position fail, and tables whose columns have the type refuse a change"
              " of an attribute type.",
          .instead = "make a new type, and replace the columns that use the former one",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_composite_attribute
