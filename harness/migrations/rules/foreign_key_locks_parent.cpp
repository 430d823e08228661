// foreign-key-locks-parent: a foreign key keeps writers out of the referenced table.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_foreign_key_locks_parent {
namespace {

void check(Review const& review, Findings& findings) {
  for (ActionKind const kind : {ActionKind::create_table, ActionKind::add_column}) {
    for_each(review, kind, [&](Action const& action, Effect const& effect) {
      for (TableLock const& lock : effect.locks) {
        bool const parent = lock.lock == Lock::share_row_exclusive && lock.table != action.table;
        if (parent && !review.session().lock_timeout)
          findings.add(
              review, action,
              fmt::format("takes SHARE ROW EXCLUSIVE on {}, which blocks writes there", lock.table.text()));
      }
    });
  }
}

Rule describe() {
  return {.id = "foreign-key-locks-parent",
          .summary = "a foreign key keeps writers out of the referenced table",
          .why =
              "CREATE TABLE ... REFERENCES and ADD COLUMN ... REFERENCES take SHARE ROW EXCLUSIVE on the "
              "referenced table, for a moment, but behind every transaction that wrote there and in front of "
              "every one that wants to.",
          .instead =
              "SET lock_timeout; create the table first and add the foreign key NOT VALID in a transaction "
              "of its own",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_foreign_key_locks_parent
