// char-column: char(n) pads with blanks.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_char_column {
namespace {

void check(Review const& review, Findings& findings) {
  auto const see = [&](Action const& action, json::value const& definition) {
    Type const type = type_of(find(definition, "typeName"));
    if (type.name == "bpchar") findings.add(review, action, "char(n) is padded with blanks");
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
  return {.id = "char-column",
          .summary = "char(n) pads with blanks",
          .why =
              "Blanks at the end are stored and ignored in comparisons, and every change of its length "
              "rewrites the table.",
          .instead = "text",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_char_column
