// sequence-changed: a sequence goes on from elsewhere, or by other steps.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_sequence_changed {
namespace {

bool is_command(Action const& action, std::string_view subtype) {
  return action.node != nullptr && get_string(*action.node, "subtype") == subtype;
}
bool is_kind(Review const& review, std::string_view kind) {
  return review.statement->parsed && review.statement->parsed->kind == kind;
}

/// The first option that changes which values come next; empty for OWNED BY and CACHE.
std::string changes(json::value const& node) {
  json::value const* options = find(node, "options");
  if (options == nullptr) options = find(node, "def.List.items");
  for (json::value const& option : list_of(options)) {
    std::string const name = get_string(option, "DefElem.defname");
    for (std::string_view const one : {"restart", "increment", "minvalue", "maxvalue", "cycle", "as"}) {
      if (name == one) return name;
    }
  }
  return {};
}

void check(Review const& review, Findings& findings) {
  for (Action const& action : *review.actions) {
    bool const of_identity = is_command(action, "AT_SetIdentity");
    std::string const what = of_identity || is_kind(review, "AlterSeqStmt") ? changes(*action.node) : "";
    if (!what.empty() && !review.situation.fresh(action.table))
      findings.add(review, action, fmt::format("{}: keys may collide, or inserts fail", what));
  }
}

Rule describe() {
  return {.id = "sequence-changed",
          .summary = "a sequence goes on from elsewhere, or by other steps",
          .why =
              "A sequence is not undone by ROLLBACK of later work: values that it has given are "
              "given again after a RESTART below them, and keys collide; with a smaller MAXVALUE or "
              "type, inserts fail.",
          .instead =
              "setval() above the greatest key that is in use; leave INCREMENT and bounds as the "
              "former version knows them",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_sequence_changed
