// type-change-refused: PostgreSQL changes no type that a view, rule, policy or trigger stands on.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_type_change_refused {
namespace {

/// ATExecAlterColumnType's list, in the words of the catalogue's reader.
bool forbids(std::string const& user) {
  static constexpr std::array<std::string_view, 7> sorts{
      "view ", "materialized view ", "rule ", "policy ", "trigger ", "generated column ", "function "};
  return std::any_of(sorts.begin(), sorts.end(),
                     [&](std::string_view sort) { return user.starts_with(sort); });
}

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::set_type, [&](Action const& action, Effect const&) {
    Table const* const table = review.schema().table(action.table);
    if (table == nullptr) return;
    for (Table::User const& user : table->users) {
      if (user.column != action.column || user.by_text || !forbids(user.name)) continue;
      findings.add(
          review, action,
          fmt::format("PostgreSQL refuses it: {} uses {}.{}", user.name, action.table.text(), action.column));
    }
  });
}

Rule describe() {
  return {.id = "type-change-refused",
          .summary = "a column changes its type while a view, rule, policy or trigger uses it",
          .why =
              "ALTER COLUMN TYPE fails with 0A000, \"cannot alter type of a column used by a view or rule\" "
              "(or in a "
              "policy, a trigger's definition, a generated column, a function's SQL body).",
          .instead =
              "DROP what uses it before and CREATE it again after, in the same transaction, with its grants; "
              "or add a "
              "column of the new type: pgdrill review --rewrite writes that",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_type_change_refused
