// work-under-lock: long work is done while an earlier statement's lock is held.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_work_under_lock {
namespace {

void check(Review const& review, Findings& findings) {
  if (!review.session().in_transaction) return;
  for (std::size_t i = 0; i < review.actions->size(); ++i) {
    Effect const& effect = (*review.effects)[i];
    bool const long_work = effect.cost >= Cost::scan ||
                           (effect.cost == Cost::rows && (*review.actions)[i].kind != ActionKind::insert &&
                            !effect.locks.empty());
    if (!long_work) continue;
    for (auto const& [table, held] : review.session().held) {
      if (held < Lock::share) continue;
      findings.add(review, (*review.actions)[i],
                   fmt::format("{} while {} is held on {}",
                               effect.cost == Cost::rows ? "rows are changed" : name_of(effect.cost),
                               name_of(held), table));
      return;
    }
  }
}

Rule describe() {
  return {.id = "work-under-lock",
          .summary = "long work is done while an earlier statement's lock is held",
          .why =
              "A scan, a build, VALIDATE or a change of many rows after ALTER TABLE in the same transaction "
              "lengthens the time for which ACCESS EXCLUSIVE is held: what was an instant becomes an outage.",
          .instead = "commit before it: a transaction of its own",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_work_under_lock
