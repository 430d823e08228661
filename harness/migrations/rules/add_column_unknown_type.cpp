// add-column-unknown-type: whether a new column writes the table anew depends on a type that is not known
// here.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_add_column_unknown_type {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_column, [&](Action const& action, Effect const& effect) {
    if (effect.uncertain && effect.cost == Cost::none)
      findings.add(review, action, effect.cost_reason + size_text(review.schema(), action.table));
  });
}

Rule describe() {
  return {
      .id = "add-column-unknown-type",
      .summary = "whether a new column writes the table anew depends on a type that is not known here",
      .why =
          "A column of a domain with a constraint makes ALTER TABLE check and write every row under ACCESS "
          "EXCLUSIVE, one of any other type does not. The statements under review do not say which it is.",
      .instead = "review with --database, or together with the migration that makes the type",
      .severity = Severity::note,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_add_column_unknown_type
