// identifier-too-long: a name is cut to 63 bytes.
#include <fmt/format.h>

#include "harness/migrations/review/lexer.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_identifier_too_long {
namespace {

void check(Review const& review, Findings& findings) {
  for (Token const& token : tokenize(review.statement->text)) {
    bool const name = token.kind == TokenKind::word || token.kind == TokenKind::quoted;
    std::size_t const quotes = token.kind == TokenKind::quoted ? 2 : 0;
    if (name && token.end - token.begin > 63 + quotes)
      findings.add(review, Action{.offset = token.begin},
                   fmt::format("{} bytes: cut to 63", token.end - token.begin - quotes));
  }
}

Rule describe() {
  return {.id = "identifier-too-long",
          .summary = "a name is cut to 63 bytes",
          .why = "PostgreSQL cuts longer names with a notice only; two names that begin alike become one.",
          .instead = "choose a name of at most 63 bytes",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_identifier_too_long
