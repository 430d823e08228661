// index-not-concurrent: an index is built while writers are kept out.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_index_not_concurrent {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::create_index, [&](Action const& action, Effect const& effect) {
    if (action.concurrently || effect.locks.empty() || effect.cost != Cost::index_build) return;
    Table const* const table = review.schema().table(action.table);
    bool const partitioned = table != nullptr && table->partitioned;
    findings.add(review, action,
                 fmt::format("{}{}", lock_text(effect), size_text(review.schema(), action.table)),
                 partitioned ? "CREATE INDEX ON ONLY the parent, CREATE INDEX CONCURRENTLY on each "
                               "partition, ALTER INDEX ... ATTACH PARTITION"
                             : "");
  });
}

Rule describe() {
  return {.id = "index-not-concurrent",
          .summary = "an index is built while writers are kept out",
          .why = "CREATE INDEX holds SHARE: reads go on, writes wait for as long as the build takes.",
          .instead =
              "CREATE INDEX CONCURRENTLY, alone in its file and outside of a transaction; first DROP INDEX "
              "CONCURRENTLY IF EXISTS what an interrupted build left",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_index_not_concurrent
