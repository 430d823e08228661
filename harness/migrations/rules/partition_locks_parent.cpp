// partition-locks-parent: making or dropping a partition locks the whole table.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_partition_locks_parent {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::create_partition, [&](Action const& action, Effect const& effect) {
    if (!effect.locks.empty())
      findings.add(review, action,
                   fmt::format("{}{}", lock_text(effect), size_text(review.schema(), action.table)));
  });
  for_each(review, ActionKind::drop_table, [&](Action const& action, Effect const& effect) {
    Table const* const table = review.schema().table(action.table);
    if (table != nullptr && table->parent && !effect.locks.empty())
      findings.add(review, action, lock_text(effect));
  });
}

Rule describe() {
  return {.id = "partition-locks-parent",
          .summary = "making or dropping a partition locks the whole table",
          .why =
              "CREATE TABLE ... PARTITION OF takes ACCESS EXCLUSIVE on the parent and on a default "
              "partition, and reads a default partition. DROP TABLE of a partition takes it on both, too.",
          .instead =
              "CREATE TABLE ... (LIKE parent) and ATTACH PARTITION, which locks the parent weakly; DETACH "
              "PARTITION ... CONCURRENTLY before DROP TABLE",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_partition_locks_parent
