// unlogged-table: an unlogged table is empty after a crash, a failover and a recovery.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_unlogged_table {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::set_logged, [&](Action const& action, Effect const&) {
    if (get_string(*action.node, "subtype") == "AT_SetUnLogged")
      findings.add(review, action, "its rows are gone at the next failover or recovery");
  });
  for_each(review, ActionKind::create_table, [&](Action const& action, Effect const&) {
    if (get_string(*action.node, "relation.relpersistence") == "u")
      findings.add(review, action, "its rows are gone at the next failover or recovery");
  });
}

Rule describe() {
  return {.id = "unlogged-table",
          .summary = "an unlogged table is empty after a crash, a failover and a recovery",
          .why =
              "Its rows are not in the WAL: a replica has none, and point-in-time recovery restores the "
              "table empty.",
          .instead = "leave it logged, or be sure that its rows can be made again",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_unlogged_table
