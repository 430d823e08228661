// schema-not-named: a new table, view, type or function goes to whatever schema comes first.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_schema_not_named {
namespace {

void check(Review const& review, Findings& findings) {
  if (review.actions->empty()) return;
  Action const& action = review.actions->front();
  bool const makes = action.kind == ActionKind::create_table || action.kind == ActionKind::create_type ||
                     action.kind == ActionKind::create_function || action.object == "VIEW";
  bool const temporary = get_string(*action.node, "relation.relpersistence") == "t";
  Name const name =
      action.kind == ActionKind::create_type ? name_of_list(find(*action.node, "typeName")) : action.table;
  if (makes && !temporary && !name.name.empty() && name.schema.empty())
    findings.add(review, action, fmt::format("{} is made in the search path's first schema", name.name));
}

Rule describe() {
  return {.id = "schema-not-named",
          .summary = "a new table, view, type or function goes to whatever schema comes first",
          .why =
              "Without a schema in its name an object is made in the first schema of the search "
              "path, which is another one for another role.",
          .instead = "write schema.name",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_schema_not_named
