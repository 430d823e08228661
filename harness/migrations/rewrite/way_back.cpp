#include "harness/migrations/rewrite/way_back.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/review/names.hpp"
#include "harness/migrations/review/parser.hpp"
#include "harness/migrations/rewrite/group.hpp"

namespace pgdrill::review {

bool is_subquery(std::string const& expression) {
  auto const parsed = parse_statement("SELECT " + expression);
  return parsed && any_node(parsed->node, [](Node const& node) { return node.kind == "SubLink"; });
}

Result<std::string> way_back(std::string const& text, std::string const& column,
                             std::vector<std::string> const& columns, std::string const& subject) {
  std::string const said = directive_back(text, column);
  if (said.empty()) return said;
  auto const refuse = [&](std::string why) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + subject,
                 .why = std::move(why),
                 .todo = "say another way back in the comment"});
  };
  auto const parsed = parse_statement("SELECT (" + said + ")");
  if (!parsed) return refuse(fmt::format("the way back of {} is no expression: {}", column, said));
  if (is_subquery(said))
    return refuse(
        fmt::format("the way back of {} is a subquery, which a trigger would run for each row", column));
  for (std::string const& name : columns_in(parsed->node)) {
    if (std::find(columns.begin(), columns.end(), name) == columns.end())
      return refuse(
          fmt::format("the way back of {} names {}, which is no column that is there then", column, name));
  }
  return said;
}

}  // namespace pgdrill::review
