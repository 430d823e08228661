// transaction-nesting: BEGIN in a transaction, or COMMIT without one.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_transaction_nesting {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::transaction, [&](Action const& action, Effect const&) {
    if (action.embedded) return;
    std::string const kind = get_string(*action.node, "kind");
    bool const begins = kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START";
    bool const ends = kind == "TRANS_STMT_COMMIT" || kind == "TRANS_STMT_ROLLBACK";
    bool const of_tool = review.mode == TransactionMode::wrapped;
    if (begins && (of_tool || review.session().explicit_begin))
      findings.add(review, action, "a transaction is open already");
    if (ends && of_tool)
      findings.add(review, action, "ends the transaction of the tool: what follows is outside of it");
    if (ends && !of_tool && !review.session().in_transaction)
      findings.add(review, action, "no transaction is open");
  });
}

Rule describe() {
  return {.id = "transaction-nesting",
          .summary = "BEGIN in a transaction, or COMMIT without one",
          .why =
              "The server only warns; a COMMIT in a file that the tool wraps ends the tool's own "
              "transaction, and a failure after it leaves the file half applied.",
          .instead = "leave transactions to the tool, or tell it to use none",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_transaction_nesting
