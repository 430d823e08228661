// add-column: a column is added.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_add_column {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_column, [&](Action const& action, Effect const& effect) {
    if (!effect.locks.empty())
      findings.add(review, action, fmt::format("SELECT * of {} has another shape", action.table.text()));
  });
}

Rule describe() {
  return {.id = "add-column",
          .summary = "a column is added",
          .why =
              "Even an empty one takes the strongest lock for an instant, gives SELECT * another "
              "shape, and a plan that was prepared before fails once with \"cached plan must not "
              "change result type\".",
          .instead = "name the columns in queries; set lock_timeout",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_add_column
