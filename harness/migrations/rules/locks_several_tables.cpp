// locks-several-tables: one transaction holds strong locks on several tables.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_locks_several_tables {
namespace {

void check(Review const& review, Findings& findings) {
  if (!review.session().in_transaction) return;
  for (std::size_t i = 0; i < review.actions->size(); ++i) {
    for (TableLock const& lock : (*review.effects)[i].locks) {
      if (lock.lock != Lock::access_exclusive || (*review.actions)[i].embedded) continue;
      for (auto const& [table, held] : review.session().held) {
        if (held != Lock::access_exclusive || table == lock.table.in_public().text()) continue;
        findings.add(review, (*review.actions)[i],
                     fmt::format("takes ACCESS EXCLUSIVE on {} while it still holds it on {}",
                                 lock.table.text(), table));
        return;
      }
    }
  }
}

Rule describe() {
  return {.id = "locks-several-tables",
          .summary = "one transaction holds strong locks on several tables",
          .why =
              "Locks are held until the transaction ends, and two transactions that take them in different "
              "order deadlock. Each further statement lengthens the outage of all tables before it.",
          .instead = "one table in each transaction",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_locks_several_tables
