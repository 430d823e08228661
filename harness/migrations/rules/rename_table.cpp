// rename-table: a table changes its name under the running version.
#include <fmt/format.h>

#include "harness/migrations/review/dependants.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_rename_table {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::rename_table, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty())
      findings.add(
          review, action,
          fmt::format("{}; {}{}", effect.breaks_old, effect.breaks_new, used_by_text(effect.dependants)));
  });
}

Rule describe() {
  return {.id = "rename-table",
          .summary = "a table changes its name under the running version",
          .why =
              "There is no moment at which both versions of the application work. A view with the old name "
              "helps for simple reads and writes; it takes no TRUNCATE, COPY FROM, foreign key or index, and "
              "its grants are not inherited.",
          .instead =
              "rename it and create a view of the old name in one transaction, with its grants: pgdrill "
              "review --rewrite writes it",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_rename_table
