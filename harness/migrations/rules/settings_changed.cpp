// settings-changed: settings of the server, a database, a role, a function or a view change.
#include <algorithm>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_settings_changed {
namespace {

void check(Review const& review, Findings& findings) {
  if (!review.statement->parsed) return;
  std::string const& kind = review.statement->parsed->kind;
  std::vector<std::string> const kinds{"AlterSystemStmt", "AlterDatabaseStmt", "AlterDatabaseSetStmt",
                                       "AlterRoleStmt",   "AlterRoleSetStmt",  "AlterFunctionStmt"};
  bool const of_view = !review.actions->empty() && review.actions->front().object == "VIEW" &&
                       review.actions->front().kind == ActionKind::set_options;
  if (of_view || std::find(kinds.begin(), kinds.end(), kind) != kinds.end())
    findings.add(review, "the former settings are written down nowhere");
}

Rule describe() {
  return {.id = "settings-changed",
          .summary = "settings of the server, a database, a role, a function or a view change",
          .why =
              "Settings are not part of the schema: no down file of a tool brings the former ones "
              "back, and a restored copy may lack them.",
          .instead = "keep settings in the Cluster resource, and of functions and views in their definition",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_settings_changed
