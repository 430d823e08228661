#include "harness/migrations/review/row_changes.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace pgdrill::review {

namespace {

/// Statements that run the queries written in them.
std::set<std::string, std::less<>> const runs_its_queries{"SelectStmt", "InsertStmt", "UpdateStmt",
                                                          "DeleteStmt", "MergeStmt",  "CreateTableAsStmt",
                                                          "CopyStmt",   "PrepareStmt"};

void add(ActionKind kind, json::value const& node, std::vector<Action>& changes) {
  changes.push_back({.kind = kind, .table = name_of(find(node, "relation")), .node = &node});
}

/// One change for each sort of change among MERGE's branches.
void add_merge(json::value const& merge, std::vector<Action>& changes) {
  std::set<std::string> sorts;
  for (json::value const& branch : list_of(find(merge, "mergeWhenClauses")))
    sorts.insert(get_string(branch, "MergeWhenClause.commandType"));
  if (sorts.contains("CMD_INSERT")) add(ActionKind::insert, merge, changes);
  if (sorts.contains("CMD_UPDATE")) add(ActionKind::update, merge, changes);
  if (sorts.contains("CMD_DELETE")) add(ActionKind::delete_rows, merge, changes);
}

void collect(json::value const& value, std::vector<Action>& changes) {
  static std::map<std::string, ActionKind, std::less<>> const kinds{{"InsertStmt", ActionKind::insert},
                                                                    {"UpdateStmt", ActionKind::update},
                                                                    {"DeleteStmt", ActionKind::delete_rows}};
  if (value.is_array()) {
    for (json::value const& element : value.as_array()) collect(element, changes);
  } else if (value.is_object()) {
    for (auto const& [key, child] : value.as_object()) {
      std::string const name(key.data(), key.size());
      if (auto const kind = kinds.find(name); kind != kinds.end()) add(kind->second, child, changes);
      if (name == "MergeStmt") add_merge(child, changes);
      collect(child, changes);
    }
  }
}

/// ANALYZE without a value is ANALYZE true; PostgreSQL reads booleans as words and as 0 and 1.
bool explain_runs(json::value const& explain) {
  bool runs = false;
  for (json::value const& option : list_of(find(explain, "options"))) {
    if (get_string(option, "DefElem.defname") != "analyze") continue;
    std::string const word = get_string(option, "DefElem.arg.String.sval", "true");
    bool const zero =
        find(option, "DefElem.arg.Integer") != nullptr && get_int(option, "DefElem.arg.Integer.ival") == 0;
    runs = word != "false" && word != "off" && !zero;
  }
  return runs;
}

}  // namespace

std::vector<Action> row_changes(ParsedStatement const& statement) {
  std::vector<Action> changes;
  bool const explains = statement.kind == "ExplainStmt" && explain_runs(statement.node);
  if (!explains && !runs_its_queries.contains(statement.kind)) return changes;
  if (statement.kind == "MergeStmt") add_merge(statement.node, changes);
  collect(statement.node, changes);
  return changes;
}

bool overwrites(Action const& insert) {
  return insert.kind == ActionKind::insert && insert.node != nullptr &&
         get_string(*insert.node, "onConflictClause.action") == "ONCONFLICT_UPDATE";
}

bool changes_every_row(Action const& change) {
  if (change.kind != ActionKind::update && change.kind != ActionKind::delete_rows) return false;
  // MERGE changes the rows that its ON finds.
  return find(*change.node, "whereClause") == nullptr && find(*change.node, "joinCondition") == nullptr;
}

}  // namespace pgdrill::review
