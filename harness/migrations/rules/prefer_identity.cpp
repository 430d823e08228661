// prefer-identity: serial leaves a sequence with grants of its own.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_prefer_identity {
namespace {

void check(Review const& review, Findings& findings) {
  auto const see = [&](Action const& action, json::value const& definition) {
    Type const type = type_of(find(definition, "typeName"));
    if (type.name.ends_with("serial"))
      findings.add(review, action, "serial makes a sequence with privileges of its own");
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
  return {.id = "prefer-identity",
          .summary = "serial leaves a sequence with grants of its own",
          .why =
              "A sequence of serial has its own owner and privileges; identity columns are the standard and "
              "carry theirs.",
          .instead = "bigint GENERATED ALWAYS AS IDENTITY",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_prefer_identity
