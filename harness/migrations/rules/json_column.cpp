// json-column: json has no equality.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_json_column {
namespace {

void check(Review const& review, Findings& findings) {
  auto const see = [&](Action const& action, json::value const& definition) {
    Type const type = type_of(find(definition, "typeName"));
    if (type.name == "json")
      findings.add(review, action, "json has no equality operator: SELECT DISTINCT fails");
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
  return {.id = "json-column",
          .summary = "json has no equality",
          .why =
              "SELECT DISTINCT, GROUP BY and comparisons fail on json, also in queries that worked before "
              "the column came.",
          .instead = "jsonb",
          .severity = Severity::note,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_json_column
