// prefer-timestamptz: a timestamp without time zone is no moment.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_prefer_timestamptz {
namespace {

void check(Review const& review, Findings& findings) {
  auto const see = [&](Action const& action, json::value const& definition) {
    Type const type = type_of(find(definition, "typeName"));
    if (type.name == "timestamp") findings.add(review, action, "has no time zone");
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
  return {.id = "prefer-timestamptz",
          .summary = "a timestamp without time zone is no moment",
          .why =
              "It means another moment in each session's time zone, and the change to timestamptz is a "
              "rewrite unless the session runs in UTC.",
          .instead = "timestamptz",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_prefer_timestamptz
