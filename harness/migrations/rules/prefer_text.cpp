// prefer-text: a length limit is a migration to come.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_prefer_text {
namespace {

void check(Review const& review, Findings& findings) {
  auto const see = [&](Action const& action, json::value const& definition) {
    Type const type = type_of(find(definition, "typeName"));
    if ((type.name == "varchar" || type.name == "bpchar") && !type.modifiers.empty())
      findings.add(review, action, fmt::format("{} limits the length in the type", type.text()));
  };
  for_each(review, ActionKind::create_table, [&](Action const& action, Effect const&) {
    for (json::value const& element : list_of(find(*action.node, "tableElts"))) {
      json::value const* const definition = find(element, "ColumnDef");
      if (definition == nullptr) continue;
      Action at = action;
      at.offset = static_cast<std::size_t>(get_int(*definition, "location"));
      see(at, *definition);
    }
  });
  for_each(review, ActionKind::add_column,
           [&](Action const& action, Effect const&) { see(action, *action.node); });
}

Rule describe() {
  return {.id = "prefer-text",
          .summary = "a length limit is a migration to come",
          .why =
              "varchar(n) stores no less than text; to make it shorter is a rewrite, to make it longer with "
              "a CHECK on it a scan.",
          .instead = "text with a CHECK on its length",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_prefer_text
