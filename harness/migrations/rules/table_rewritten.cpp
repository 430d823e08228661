// table-rewritten: the whole table is written anew while nobody reads it.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_table_rewritten {
namespace {

void check(Review const& review, Findings& findings) {
  for (ActionKind const kind : {ActionKind::vacuum_full, ActionKind::cluster, ActionKind::set_logged,
                                ActionKind::move_table, ActionKind::set_expression}) {
    for_each(review, kind, [&](Action const& action, Effect const& effect) {
      if (effect.cost == Cost::rewrite)
        findings.add(review, action,
                     fmt::format("{}{}", lock_text(effect), size_text(review.schema(), action.table)));
    });
  }
}

Rule describe() {
  return {.id = "table-rewritten",
          .summary = "the whole table is written anew while nobody reads it",
          .why =
              "VACUUM FULL, CLUSTER, SET LOGGED, SET UNLOGGED, SET TABLESPACE, SET ACCESS METHOD, and SET "
              "EXPRESSION of a stored generated column hold "
              "ACCESS EXCLUSIVE for as long as the table is large.",
          .instead = "do it in a maintenance window, or with pg_repack; plain VACUUM is enough in most cases",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_table_rewritten
