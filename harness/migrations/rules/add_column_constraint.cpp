// add-column-constraint: a constraint in a new column is verified or built under the strongest lock.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_add_column_constraint {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_column, [&](Action const& action, Effect const& effect) {
    bool const works = effect.cost == Cost::scan || effect.cost == Cost::index_build;
    if (works) findings.add(review, action, fmt::format("{}: {}", effect.cost_reason, lock_text(effect)));
  });
}

Rule describe() {
  return {.id = "add-column-constraint",
          .summary = "a constraint in a new column is verified or built under the strongest lock",
          .why =
              "ADD COLUMN with CHECK reads every row, with UNIQUE or PRIMARY KEY it builds an index, with "
              "REFERENCES and a default it looks up every row: all under ACCESS EXCLUSIVE.",
          .instead =
              "add the column alone; then the constraint NOT VALID and VALIDATE, or CREATE UNIQUE INDEX "
              "CONCURRENTLY and ADD CONSTRAINT ... USING INDEX",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_add_column_constraint
