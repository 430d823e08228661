// unparsed-statement: a statement is not PostgreSQL's SQL.
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/review/parser.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_unparsed_statement {
namespace {

void check(Review const& review, Findings& findings) {
  if (review.statement->parsed) return;
  std::size_t const at = std::min(review.statement->error.offset, review.statement->text.size() - 1);
  findings.add(review, Action{.offset = at},
               fmt::format("'{}' is not reviewed: {}", first_words(review.statement->text),
                           review.statement->error.message));
}

Rule describe() {
  return {.id = "unparsed-statement",
          .summary = "a statement is not PostgreSQL's SQL",
          .why =
              "PostgreSQL's own grammar refuses it, so it is not reviewed: a client's command, a template, "
              "another database's dialect or a mistake.",
          .instead =
              "run it once on a copy; a statement of a newer PostgreSQL than the parser's is named here too",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_unparsed_statement
