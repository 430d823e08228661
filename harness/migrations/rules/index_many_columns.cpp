// index-many-columns: an index on more than three columns.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_index_many_columns {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::create_index, [&](Action const& action, Effect const&) {
    std::size_t const columns = list_of(find(*action.node, "indexParams")).size();
    if (columns > 3 && !get_bool(*action.node, "unique"))
      findings.add(review, action, fmt::format("{} columns", columns));
  });
}

Rule describe() {
  return {.id = "index-many-columns",
          .summary = "an index on more than three columns",
          .why =
              "A non-unique index on more than three columns is large, slows every write and seldom helps "
              "more than one on its first columns.",
          .instead = "begin with the most selective columns",
          .severity = Severity::note,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_index_many_columns
