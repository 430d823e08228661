// transaction-left-open: a transaction is never committed.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_transaction_left_open {
namespace {

void check(Review const& review, Findings& findings) {
  bool const last = review.index + 1 == review.section->statements.size();
  if (!last) return;
  bool open = review.session().explicit_begin;
  for_each(review, ActionKind::transaction, [&](Action const& action, Effect const&) {
    std::string const kind = get_string(*action.node, "kind");
    open = kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START";
  });
  if (open && review.mode != TransactionMode::wrapped)
    findings.add(review, "the transaction is still open at the end of the file");
}

Rule describe() {
  return {.id = "transaction-left-open",
          .summary = "a transaction is never committed",
          .why = "When the session ends the server rolls it back: nothing of the file stays.",
          .instead = "COMMIT at the end",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_transaction_left_open
