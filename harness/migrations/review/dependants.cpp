#include "harness/migrations/review/dependants.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgdrill::review {

namespace {

bool takes_away(ActionKind kind) {
  return kind == ActionKind::drop_table || kind == ActionKind::drop_column || kind == ActionKind::set_type;
}

bool renames(ActionKind kind) {
  return kind == ActionKind::rename_table || kind == ActionKind::rename_column ||
         kind == ActionKind::set_schema;
}

}  // namespace

std::vector<std::string> dependants_of(Action const& action, Schema const& schema) {
  Table const* const table = schema.table(action.table);
  if (table == nullptr || (!takes_away(action.kind) && !renames(action.kind))) return {};
  std::vector<std::string> found;
  for (Table::User const& user : table->users) {
    // A table goes with its columns; its own new name changes nothing for who names a column alone.
    bool const meant = user.column == action.column || action.kind == ActionKind::drop_table;
    bool const fails = user.by_text || takes_away(action.kind);
    bool const known = std::find(found.begin(), found.end(), user.name) != found.end();
    if (meant && fails && !known) found.push_back(user.name);
  }
  return found;
}

std::string used_by_text(std::vector<std::string> const& dependants) {
  constexpr std::size_t named = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(named, dependants.size()); ++i)
    text += (i == 0 ? "; used by " : ", ") + dependants[i];
  if (dependants.size() > named) text += fmt::format(" and {} more", dependants.size() - named);
  return text;
}

}  // namespace pgdrill::review
