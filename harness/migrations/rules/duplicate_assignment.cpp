// duplicate-assignment: an UPDATE assigns one column twice.
#include <fmt/format.h>

#include <set>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_duplicate_assignment {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::update, [&](Action const& action, Effect const&) {
    std::set<std::string> seen;
    for (json::value const& target : list_of(find(*action.node, "targetList"))) {
      bool const part = !list_of(find(target, "ResTarget.indirection")).empty();  // of an array or composite
      std::string const name = get_string(target, "ResTarget.name");
      if (!part && !seen.insert(name).second)
        findings.add(review, action, fmt::format("{} is assigned twice", name));
    }
  });
}

Rule describe() {
  return {.id = "duplicate-assignment",
          .summary = "an UPDATE assigns one column twice",
          .why =
              "PostgreSQL refuses it: \"multiple assignments to same column\". A file with it fails "
              "where it stands.",
          .instead = "assign each column once",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_duplicate_assignment
