// concurrently-corrupts: the server's minor version builds damaged indexes beside traffic.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_concurrently_corrupts {
namespace {

void check(Review const& review, Findings& findings) {
  bool const damaged =
      review.situation.major == 14 && review.situation.minor >= 0 && review.situation.minor < 4;
  if (!damaged) return;
  for (Action const& action : *review.actions) {
    bool const builds = action.kind == ActionKind::create_index || action.kind == ActionKind::reindex;
    if (builds && action.concurrently)
      findings.add(review, action,
                   "the index may lack rows that were written meanwhile, and nothing says so");
  }
}

Rule describe() {
  return {
      .id = "concurrently-corrupts",
      .summary = "the server's minor version builds damaged indexes beside traffic",
      .why =
          "PostgreSQL 14.0 to 14.3 may leave rows out of an index that CREATE INDEX or REINDEX CONCURRENTLY "
          "builds (release notes of 14.4).",
      .instead = "bring the server to 14.4 or later first; verify such indexes with amcheck (heapallindexed)",
      .severity = Severity::error,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_concurrently_corrupts
