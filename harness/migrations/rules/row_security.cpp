// row-security: the former version may see fewer rows, without an error.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_row_security {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::row_security, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty()) findings.add(review, action, effect.breaks_old);
  });
}

Rule describe() {
  return {.id = "row-security",
          .summary = "the former version may see fewer rows, without an error",
          .why =
              "Row security filters silently: a backup with it on, a report or the former version simply "
              "sees less.",
          .instead =
              "test it as the application's role; a dump must run with row_security = off, which makes it an "
              "error",
          .severity = Severity::warning,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_row_security
