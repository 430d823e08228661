// enum-value-in-transaction: a new enum label is used in the transaction that adds it.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_enum_value_in_transaction {
namespace {

void check(Review const& review, Findings& findings) {
  if (review.session().new_labels.empty()) return;
  std::string const& text = review.statement->text;
  for (std::string const& label : review.session().new_labels) {
    std::size_t const at = text.find("'" + label + "'");
    bool const adds = !review.actions->empty() && review.actions->front().kind == ActionKind::add_enum_value;
    if (at != std::string::npos && !adds)
      findings.add(review, Action{.offset = at},
                   fmt::format("'{}' was added in this transaction: unsafe use of new value", label));
  }
}

Rule describe() {
  return {.id = "enum-value-in-transaction",
          .summary = "a new enum label is used in the transaction that adds it",
          .why =
              "ALTER TYPE ... ADD VALUE can be used after commit only; where the type was made in the same "
              "transaction, from PostgreSQL 17 on.",
          .instead = "commit first: a file of its own for ADD VALUE",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_enum_value_in_transaction
