// concurrently-in-transaction: CONCURRENTLY is refused in a transaction.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_concurrently_in_transaction {
namespace {

void check(Review const& review, Findings& findings) {
  if (!review.session().in_transaction) return;
  for (std::size_t i = 0; i < review.actions->size(); ++i) {
    if (!(*review.effects)[i].needs_no_transaction) continue;
    bool const one_string =
        review.mode == TransactionMode::one_string && !review.session().explicit_begin;
    findings.add(review, (*review.actions)[i],
                 one_string ? "the tool sends the whole file as one string, which is one transaction: the "
                              "server refuses this statement in it"
                            : "the server refuses this statement in a transaction");
  }
}

Rule describe() {
  return {.id = "concurrently-in-transaction",
          .summary = "CONCURRENTLY is refused in a transaction",
          .why =
              "Also when the tool sends several statements as one string, which the server runs as one "
              "transaction (golang-migrate, dbmate with transaction:false), and when the tool wraps the "
              "file. Flyway without postgresql.transactional.lock=false waits for itself for ever.",
          .instead = "put it alone into a file that the tool runs without a transaction",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_concurrently_in_transaction
