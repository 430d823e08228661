#include "harness/migrations/rewrite/made_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

namespace {

std::string key(Name const& name) { return name.in_public().text(); }

/// Relations and types; of COMMENT, whose node has a list of names, the table.
void add_names(json::value const& node, std::set<std::string>& to) {
  if (node.is_array()) {
    for (json::value const& element : node.as_array()) add_names(element, to);
  } else if (node.is_object()) {
    if (node.as_object().contains("relname")) to.insert(key(name_of(&node)));
    for (auto const& [name, child] : node.as_object()) {
      if (name == "names") to.insert(key(name_of_list(&child)));
      add_names(child, to);
    }
  }
}

std::set<std::string> names_in(Action const& action) {
  std::set<std::string> names;
  if (!action.table.empty()) names.insert(key(action.table));
  if (action.node != nullptr) add_names(*action.node, names);
  if (action.kind == ActionKind::comment) {
    Name const name = commented_table(action);
    if (!name.empty()) names.insert(key(name));
  }
  return names;
}

bool is_one_of(ActionKind kind, std::initializer_list<ActionKind> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

bool may_belong(Action const& action) {
  return !action.embedded && !action.concurrently && action.node != nullptr &&
         is_one_of(action.kind, {ActionKind::create_index, ActionKind::add_constraint, ActionKind::insert,
                                 ActionKind::grant, ActionKind::comment});
}

bool meet(std::set<std::string> const& left, std::set<std::string> const& right) {
  return std::any_of(left.begin(), left.end(), [&](std::string const& name) { return right.contains(name); });
}

}  // namespace

Name commented_table(Action const& comment) {
  std::vector<std::string> names = strings_of(find(*comment.node, "object.List.items"));
  std::string const object = get_string(*comment.node, "objtype");
  if (object == "OBJECT_COLUMN" && !names.empty()) names.pop_back();
  bool const of_table = object == "OBJECT_TABLE" || object == "OBJECT_COLUMN";
  if (!of_table || names.empty() || names.size() > 2) return {};
  return {names.size() == 2 ? names.front() : "", names.back()};
}

std::set<std::string> changed_by(SectionReview const& section) {
  std::set<std::string> changed;
  std::set<std::string> made;
  for (StatementReview const& statement : section.statements) {
    for (Action const& action : statement.actions) {
      if (action.table.empty() ||
          is_one_of(action.kind, {ActionKind::insert, ActionKind::grant, ActionKind::comment}))
        continue;
      if (action.kind == ActionKind::create_table) {
        made.insert(key(action.table));
      } else if (!made.contains(key(action.table)) || !may_belong(action)) {
        changed.insert(key(action.table));
      }
      if (is_one_of(action.kind, {ActionKind::rename_table, ActionKind::rename_object}))
        changed.insert(key({action.table.schema, action.name}));
    }
  }
  return changed;
}

Result<Rewriting> make_table(Action const& action, std::string const& sql, Schema const& schema,
                             std::set<std::string> const& changed) {
  Rewriting rewriting{.subject = "create table " + action.table.text()};
  auto const refuse = [&](std::string why) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite the file: " + rewriting.subject,
                 .why = std::move(why),
                 .todo = "put it into a file of its own"});
  };
  if (action.if_exists || schema.table(action.table) != nullptr)
    return refuse("the table may be there already, and the way back would drop it");
  if (get_string(*action.node, "relation.relpersistence") == "t")
    return refuse("a temporary table ends with the session that made it");
  if (meet(names_in(action), changed))
    return refuse("it names what other statements of the file change, and the former version still needs");
  rewriting.files.push_back(
      {Phase::expand, "create_" + action.table.name,
       "As the file says it: nobody uses it yet. Going down, what was written to it is lost.", sql,
       fmt::format("DROP TABLE {};\n", quote(action.table))});
  return rewriting;
}

std::string belongs_to(StatementReview const& statement, std::set<std::string> const& made,
                       std::set<std::string> const& changed) {
  std::string about;
  for (Action const& action : statement.actions) {
    if (!may_belong(action)) return {};
    std::set<std::string> const names = names_in(action);
    bool const only_made =
        is_one_of(action.kind, {ActionKind::insert, ActionKind::grant, ActionKind::comment});
    for (std::string const& name : names) {
      if (made.contains(name)) {
        about = name;
      } else if (only_made || changed.contains(name)) {
        return {};
      }
    }
    if (!meet(names, made)) return {};
  }
  return about;
}

}  // namespace pgdrill::review
