#include <algorithm>
#include <map>

#include "harness/migrations/review/action.hpp"
#include "harness/migrations/review/actions_alter_table.hpp"
#include "harness/migrations/review/row_changes.hpp"

namespace pgdrill::review {

namespace {

using Statement = json::value;

std::string object_word(Statement const& statement, std::string_view member_name) {
  std::string word = get_string(statement, member_name);
  if (word.starts_with("OBJECT_")) word.erase(0, std::string_view("OBJECT_").size());
  std::replace(word.begin(), word.end(), '_', ' ');
  return word == "MATVIEW" ? "MATERIALIZED VIEW" : word;
}

bool is_table(std::string const& object) { return object == "TABLE" || object == "FOREIGN TABLE"; }

std::vector<Action> create_table(Statement const& statement) {
  Name const table = name_of(find(statement, "relation"));
  json::array const& parents = list_of(find(statement, "inhRelations"));
  bool const partition = find(statement, "partbound") != nullptr && !parents.empty();
  Action action{.kind = partition ? ActionKind::create_partition : ActionKind::create_table, .table = table};
  if (partition) {
    action.table = name_of(find(parents.front(), "RangeVar"));
    action.other = table;
  }
  action.if_exists = get_bool(statement, "if_not_exists");
  action.node = &statement;
  return {action};
}

/// A name in any of the shapes that DROP and RENAME use.
Name object_name(json::value const& object) {
  Node const node = node_of(object);
  if (node.kind == "String") return {"", get_string(object, "String.sval")};
  if (node.kind == "List") return name_of_list(find(*node.content, "items"));
  if (node.kind == "ObjectWithArgs") return name_of_list(find(*node.content, "objname"));
  if (node.kind == "TypeName") return name_of_list(find(*node.content, "names"));
  return {};
}

std::vector<Action> drop(Statement const& statement) {
  std::string const object = object_word(statement, "removeType");
  std::vector<Action> actions;
  for (json::value const& dropped : list_of(find(statement, "objects"))) {
    Action action{.kind = ActionKind::drop_object, .object = object};
    Name const name = object_name(dropped);
    action.name = name.name;
    action.table = name;
    action.concurrently = get_bool(statement, "concurrent");
    action.if_exists = get_bool(statement, "missing_ok");
    action.cascade = get_string(statement, "behavior") == "DROP_CASCADE";
    action.node = &statement;
    if (is_table(object)) action.kind = ActionKind::drop_table;
    if (object == "INDEX") action.kind = ActionKind::drop_index;
    if (object == "TRIGGER") action.kind = ActionKind::drop_trigger;
    // A trigger, rule or policy is named below its table.
    if (object == "TRIGGER" || object == "RULE" || object == "POLICY") {
      std::vector<std::string> parts = strings_of(find(dropped, "List.items"));
      action.name = parts.empty() ? "" : parts.back();
      if (!parts.empty()) parts.pop_back();
      action.table =
          parts.empty() ? Name() : Name{parts.size() > 1 ? parts[parts.size() - 2] : "", parts.back()};
      if (object == "POLICY") action.kind = ActionKind::row_security;
    }
    actions.push_back(std::move(action));
  }
  return actions;
}

std::vector<Action> rename(Statement const& statement) {
  std::string const object = object_word(statement, "renameType");
  Action action{.kind = ActionKind::rename_object, .table = name_of(find(statement, "relation"))};
  action.object = object;
  action.name = get_string(statement, "newname");
  action.column = get_string(statement, "subname");
  action.if_exists = get_bool(statement, "missing_ok");
  action.node = &statement;
  if (json::value const* const renamed = find(statement, "object");
      renamed != nullptr && action.table.empty())
    action.table = object_name(*renamed);
  bool const of_table = is_table(object_word(statement, "relationType"));
  if (object == "COLUMN" && of_table) action.kind = ActionKind::rename_column;
  if (is_table(object)) action.kind = ActionKind::rename_table;
  if (object == "INDEX") action.kind = ActionKind::rename_index;
  if (object == "TABCONSTRAINT") action.kind = ActionKind::rename_constraint;
  return {action};
}

std::vector<Action> each_relation(Statement const& statement, std::string_view list, ActionKind kind) {
  std::vector<Action> actions;
  for (json::value const& element : list_of(find(statement, list))) {
    json::value const* relation = find(element, "RangeVar");
    if (relation == nullptr) relation = find(element, "VacuumRelation.relation");
    Action action{.kind = kind, .table = name_of(relation)};
    action.cascade = get_string(statement, "behavior") == "DROP_CASCADE";
    action.node = &statement;
    actions.push_back(std::move(action));
  }
  if (actions.empty()) actions.push_back({.kind = kind, .node = &statement});
  return actions;
}

bool has_option(Statement const& statement, std::string_view list, std::string_view name) {
  json::array const& options = list_of(find(statement, list));
  return std::any_of(options.begin(), options.end(), [&](json::value const& option) {
    return get_string(option, "DefElem.defname") == name;
  });
}

std::vector<Action> vacuum(Statement const& statement) {
  bool const full = has_option(statement, "options", "full");
  return each_relation(statement, "rels", full ? ActionKind::vacuum_full : ActionKind::other);
}

std::vector<Action> reindex(Statement const& statement) {
  Action action{.kind = ActionKind::reindex, .table = name_of(find(statement, "relation"))};
  action.object = get_string(statement, "kind").substr(std::string_view("REINDEX_OBJECT_").size());
  action.name = get_string(statement, "name", action.table.name);
  action.concurrently = has_option(statement, "params", "concurrently");
  action.node = &statement;
  return {action};
}

std::vector<Action> index(Statement const& statement) {
  Action action{.kind = ActionKind::create_index, .table = name_of(find(statement, "relation"))};
  action.name = get_string(statement, "idxname");
  action.concurrently = get_bool(statement, "concurrent");
  action.if_exists = get_bool(statement, "if_not_exists");
  action.node = &statement;
  return {action};
}

std::vector<Action> enum_type(Statement const& statement) {
  bool const renames = find(statement, "oldVal") != nullptr;
  Action action{.kind = renames ? ActionKind::rename_enum_value : ActionKind::add_enum_value,
                .table = name_of_list(find(statement, "typeName"))};
  action.name = get_string(statement, "newVal");
  action.if_exists = get_bool(statement, "skipIfNewValExists");
  action.node = &statement;
  return {action};
}

std::vector<Action> domain(Statement const& statement) {
  std::string const subtype = get_string(statement, "subtype");
  // C and O add a constraint, V validates one.
  bool const constrains = subtype == "C" || subtype == "O" || subtype == "V";
  Action action{.kind = constrains ? ActionKind::domain_constraint : ActionKind::other,
                .table = name_of_list(find(statement, "typeName"))};
  action.object = "DOMAIN";
  action.not_valid = get_bool(statement, "def.Constraint.skip_validation");
  action.name = get_string(statement, "def.Constraint.conname");
  action.node = &statement;
  return {action};
}

std::vector<Action> schema_change(Statement const& statement) {
  Action action{.kind = ActionKind::set_schema, .table = name_of(find(statement, "relation"))};
  action.object = object_word(statement, "objectType");
  action.other = {get_string(statement, "newschema"), ""};
  if (json::value const* const moved = find(statement, "object"); moved != nullptr && action.table.empty())
    action.table = object_name(*moved);
  action.node = &statement;
  return {action};
}

using Make = std::vector<Action> (*)(Statement const&);

/// A statement that is one action on `relation`.
template <ActionKind kind>
std::vector<Action> simple(Statement const& statement) {
  Action action{.kind = kind, .table = name_of(find(statement, "relation"))};
  action.node = &statement;
  action.concurrently = get_bool(statement, "concurrent");
  return {action};
}

std::vector<Action> trigger(Statement const& statement) {
  auto actions = simple<ActionKind::create_trigger>(statement);
  actions.front().name = get_string(statement, "trigname");
  return actions;
}

std::vector<Action> policy(Statement const& statement) {
  Action action{.kind = ActionKind::row_security, .table = name_of(find(statement, "table"))};
  action.name = get_string(statement, "policy_name");
  action.node = &statement;
  return {action};
}

std::vector<Action> view(Statement const& statement) {
  bool const replaces = get_bool(statement, "replace");
  Action action{.kind = replaces ? ActionKind::replace_view : ActionKind::other,
                .table = name_of(find(statement, "view"))};
  action.object = "VIEW";
  action.node = &statement;
  return {action};
}

std::vector<Action> function(Statement const& statement) {
  bool const replaces = get_bool(statement, "replace");
  Action action{.kind = replaces ? ActionKind::replace_function : ActionKind::create_function,
                .table = name_of_list(find(statement, "funcname"))};
  action.object = get_bool(statement, "is_procedure") ? "PROCEDURE" : "FUNCTION";
  action.node = &statement;
  return {action};
}

std::vector<Action> create_as(Statement const& statement) {
  Action action{.kind = ActionKind::create_table, .table = name_of(find(statement, "into.rel"))};
  action.object = object_word(statement, "objtype");
  action.node = &statement;
  return {action};
}

std::vector<Action> grant(Statement const& statement) {
  return {
      {.kind = get_bool(statement, "is_grant") ? ActionKind::grant : ActionKind::revoke, .node = &statement}};
}

std::vector<Action> database(Statement const& statement) {
  Action action{
      .kind = ActionKind::drop_object, .name = get_string(statement, "dbname"), .object = "DATABASE"};
  action.node = &statement;
  return {action};
}

std::vector<Action> owned(Statement const& statement) {
  Action action{.kind = ActionKind::drop_object, .object = "OWNED"};
  action.node = &statement;
  return {action};
}

std::vector<Action> set_variable(Statement const& statement) {
  Action action{.kind = ActionKind::set_variable, .name = get_string(statement, "name")};
  action.node = &statement;
  return {action};
}

std::vector<Action> extension(Statement const& statement) {
  Action action{.kind = ActionKind::other, .name = get_string(statement, "extname"), .object = "EXTENSION"};
  action.node = &statement;
  return {action};
}

std::vector<Action> sequence(Statement const& statement) {
  Action action{
      .kind = ActionKind::other, .table = name_of(find(statement, "sequence")), .object = "SEQUENCE"};
  action.node = &statement;
  return {action};
}

std::vector<Action> truncate(Statement const& s) {
  return each_relation(s, "relations", ActionKind::truncate);
}
std::vector<Action> lock(Statement const& s) { return each_relation(s, "relations", ActionKind::lock); }

std::map<std::string, Make, std::less<>> const makers{
    {"CreateStmt", &create_table},
    {"CreateTableAsStmt", &create_as},
    {"DropStmt", &drop},
    {"RenameStmt", &rename},
    {"TruncateStmt", &truncate},
    {"LockStmt", &lock},
    {"VacuumStmt", &vacuum},
    {"ReindexStmt", &reindex},
    {"IndexStmt", &index},
    {"AlterEnumStmt", &enum_type},
    {"AlterDomainStmt", &domain},
    {"AlterExtensionStmt", &extension},
    {"AlterSeqStmt", &sequence},
    {"AlterObjectSchemaStmt", &schema_change},
    {"CreateTrigStmt", &trigger},
    {"RuleStmt", &simple<ActionKind::create_rule>},
    {"CreatePolicyStmt", &policy},
    {"AlterPolicyStmt", &policy},
    {"ClusterStmt", &simple<ActionKind::cluster>},
    {"RefreshMatViewStmt", &simple<ActionKind::refresh>},
    {"InsertStmt", &simple<ActionKind::insert>},
    {"UpdateStmt", &simple<ActionKind::update>},
    {"DeleteStmt", &simple<ActionKind::delete_rows>},
    {"SelectStmt", &simple<ActionKind::select>},
    {"ViewStmt", &view},
    {"CreateFunctionStmt", &function},
    {"GrantStmt", &grant},
    {"DropdbStmt", &database},
    {"DropOwnedStmt", &owned},
    {"VariableSetStmt", &set_variable},
    {"DiscardStmt", &set_variable},
    {"TransactionStmt", &simple<ActionKind::transaction>},
    {"DoStmt", &simple<ActionKind::do_block>},
    {"CommentStmt", &simple<ActionKind::comment>},
    {"CreateEnumStmt", &simple<ActionKind::create_type>},
    {"CompositeTypeStmt", &simple<ActionKind::create_type>},
    {"CreateDomainStmt", &simple<ActionKind::create_domain>},
};

}  // namespace

std::vector<Action> actions_of(ParsedStatement const& statement, std::string const& text) {
  std::vector<Action> actions;
  if (statement.kind == "AlterTableStmt") {
    actions = alter_table_actions(statement.node, text);
    // SET EXPRESSION reaches the parser as SET DEFAULT.
    bool const expression =
        std::find(statement.newer.begin(), statement.newer.end(), "SET EXPRESSION") != statement.newer.end();
    for (Action& action : actions) {
      if (expression && action.kind == ActionKind::set_default) action.kind = ActionKind::set_expression;
    }
  } else if (auto const found = makers.find(statement.kind); found != makers.end()) {
    actions = found->second(statement.node);
  }
  for (Action& change : row_changes(statement)) actions.push_back(std::move(change));
  if (actions.empty()) actions.push_back({.kind = ActionKind::other, .node = &statement.node});
  return actions;
}

}  // namespace pgdrill::review
