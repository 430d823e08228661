// prefer-bigint: a key of 32 bits runs out.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_prefer_bigint {
namespace {

void check(Review const& review, Findings& findings) {
  auto const see = [&](Action const& action, json::value const& definition) {
    Type const type = type_of(find(definition, "typeName"));
    if (type.name == "int4" || type.name == "int2" || type.name == "serial" || type.name == "smallserial")
      findings.add(review, action,
                   fmt::format("{} ends at {}", type.text(),
                               type.name == "int2" || type.name == "smallserial" ? 32767 : 2147483647));
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
  return {
      .id = "prefer-bigint",
      .summary = "a key of 32 bits runs out",
      .why = "At 2147483647 every INSERT fails, and the change to bigint is one of the hardest migrations.",
      .instead = "bigint",
      .severity = Severity::note,
      .by_default = false,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_prefer_bigint
