// foreign-key-without-index: the referencing columns have no index.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_foreign_key_without_index {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_constraint, [&](Action const& action, Effect const&) {
    if (get_string(*action.node, "contype") != "CONSTR_FOREIGN") return;
    Table const* const table = review.schema().table(action.table);
    std::vector<std::string> const columns = strings_of(find(*action.node, "fk_attrs"));
    if (table == nullptr || !table->complete || columns.empty()) return;
    auto const begins_with = [&](std::vector<std::string> const& indexed) {
      return !indexed.empty() && indexed.front() == columns.front();
    };
    bool found = false;
    for (Index const& index : review.schema().indexes_of(action.table))
      found = found || begins_with(index.columns);
    for (Constraint const& constraint : table->constraints)
      found =
          found || ((constraint.kind == 'p' || constraint.kind == 'u') && begins_with(constraint.columns));
    if (!found)
      findings.add(review, action,
                   fmt::format("no index of {} begins with {}", action.table.text(), columns.front()));
  });
}

Rule describe() {
  return {.id = "foreign-key-without-index",
          .summary = "the referencing columns have no index",
          .why = "DELETE and UPDATE of a referenced row then read the whole referencing table, each time.",
          .instead = "CREATE INDEX CONCURRENTLY on the referencing columns first",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_foreign_key_without_index
