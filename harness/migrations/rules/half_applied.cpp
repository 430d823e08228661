// half-applied: a failure leaves the file half applied.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_half_applied {
namespace {

void check(Review const& review, Findings& findings) {
  if (review.mode != TransactionMode::autocommit || review.session().in_transaction ||
      review.index == 0)
    return;
  if (review.index + 1 != review.section->statements.size()) return;
  std::size_t changes = 0;
  for (Statement const& statement : review.section->statements) {
    std::string const kind = statement.parsed ? statement.parsed->kind : "";
    bool const neutral =
        kind == "VariableSetStmt" || kind == "SelectStmt" || kind == "CommentStmt" || kind.empty();
    if (kind == "TransactionStmt") return;
    changes += neutral ? 0 : 1;
  }
  if (changes > 1)
    findings.add(review, fmt::format("{} statements are run one by one: when this one fails the others stay",
                                     changes));
}

Rule describe() {
  return {
      .id = "half-applied",
      .summary = "a failure leaves the file half applied",
      .why =
          "Statements that are run one by one stay when a later one fails, and running the file again fails "
          "at the first one. In a transaction it is all or nothing.",
      .instead =
          "BEGIN and COMMIT around what can be in a transaction; one statement in each file for what cannot",
      .severity = Severity::note,
      .by_default = false,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_half_applied
