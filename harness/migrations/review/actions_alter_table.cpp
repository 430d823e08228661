#include "harness/migrations/review/actions_alter_table.hpp"

#include <algorithm>
#include <map>

#include "harness/migrations/review/lexer.hpp"

namespace pgdrill::review {

namespace {

std::map<std::string, ActionKind, std::less<>> const kinds{
    {"AT_AddColumn", ActionKind::add_column},
    {"AT_DropColumn", ActionKind::drop_column},
    {"AT_AlterColumnType", ActionKind::set_type},
    {"AT_ColumnDefault", ActionKind::set_default},
    {"AT_SetNotNull", ActionKind::set_not_null},
    {"AT_DropNotNull", ActionKind::drop_not_null},
    {"AT_DropExpression", ActionKind::drop_expression},
    {"AT_AddIdentity", ActionKind::add_identity},
    {"AT_SetIdentity", ActionKind::set_identity},
    {"AT_DropIdentity", ActionKind::drop_default},
    {"AT_AddConstraint", ActionKind::add_constraint},
    {"AT_AddIndexConstraint", ActionKind::add_constraint},
    {"AT_DropConstraint", ActionKind::drop_constraint},
    {"AT_ValidateConstraint", ActionKind::validate_constraint},
    {"AT_AlterConstraint", ActionKind::alter_constraint},
    {"AT_AttachPartition", ActionKind::attach_partition},
    {"AT_DetachPartition", ActionKind::detach_partition},
    {"AT_DisableTrig", ActionKind::disable_trigger},
    {"AT_DisableTrigAll", ActionKind::disable_trigger},
    {"AT_DisableTrigUser", ActionKind::disable_trigger},
    {"AT_EnableTrig", ActionKind::enable_trigger},
    {"AT_EnableTrigAll", ActionKind::enable_trigger},
    {"AT_EnableTrigUser", ActionKind::enable_trigger},
    {"AT_EnableAlwaysTrig", ActionKind::enable_trigger},
    {"AT_EnableReplicaTrig", ActionKind::enable_trigger},
    {"AT_EnableRowSecurity", ActionKind::row_security},
    {"AT_DisableRowSecurity", ActionKind::row_security},
    {"AT_ForceRowSecurity", ActionKind::row_security},
    {"AT_NoForceRowSecurity", ActionKind::row_security},
    {"AT_ReplicaIdentity", ActionKind::replica_identity},
    {"AT_SetStorage", ActionKind::set_storage},
    {"AT_SetCompression", ActionKind::set_storage},
    {"AT_SetStatistics", ActionKind::set_options},
    {"AT_SetOptions", ActionKind::set_options},
    {"AT_ResetOptions", ActionKind::set_options},
    {"AT_SetRelOptions", ActionKind::set_options},
    {"AT_ResetRelOptions", ActionKind::set_options},
    {"AT_ClusterOn", ActionKind::set_options},
    {"AT_DropCluster", ActionKind::set_options},
    {"AT_SetLogged", ActionKind::set_logged},
    {"AT_SetUnLogged", ActionKind::set_logged},
    {"AT_SetTableSpace", ActionKind::move_table},
    {"AT_SetAccessMethod", ActionKind::move_table},
    {"AT_ChangeOwner", ActionKind::owner},
    {"AT_AddInherit", ActionKind::inherit},
    {"AT_DropInherit", ActionKind::inherit},
};

/// Offsets at which the commands begin: after the table's name and after each comma outside parentheses.
std::vector<std::size_t> command_offsets(std::string const& text, std::size_t name_offset) {
  std::vector<std::size_t> offsets;
  int depth = 0;
  bool expect = false;
  bool in_name = false;
  for (Token const& token : tokenize(text)) {
    if (token.kind == TokenKind::comment || token.begin < name_offset) continue;
    bool const separates_name = is_symbol(text, token, '.') || is_symbol(text, token, '*');
    if (token.begin == name_offset) {
      in_name = true;
      continue;
    }
    if (in_name && !separates_name && text[token.begin - 1] != '.') {
      in_name = false;
      expect = true;
    }
    if (in_name) continue;
    if (expect) offsets.push_back(token.begin);
    expect = false;
    if (is_symbol(text, token, '(')) ++depth;
    if (is_symbol(text, token, ')')) --depth;
    if (is_symbol(text, token, ',') && depth == 0) expect = true;
  }
  return offsets;
}

void add_column_details(Action& action, json::value const& command) {
  json::value const* const column = find(command, "def.ColumnDef");
  if (column == nullptr) return;
  action.node = column;
  if (action.column.empty()) action.column = get_string(*column, "colname");
}

void add_constraint_details(Action& action, json::value const& command) {
  json::value const* const constraint = find(command, "def.Constraint");
  if (constraint == nullptr) return;
  action.node = constraint;
  action.name = get_string(*constraint, "conname");
  action.not_valid = get_bool(*constraint, "skip_validation");
  action.other = name_of(find(*constraint, "pktable"));
}

Action action_of_command(Name const& table, std::string const& object, json::value const& command) {
  auto const found = kinds.find(get_string(command, "subtype"));
  Action action{.kind = found == kinds.end() ? ActionKind::other : found->second, .table = table};
  action.object = object;
  action.node = &command;
  action.name = get_string(command, "name");
  action.if_exists = get_bool(command, "missing_ok");
  action.cascade = get_string(command, "behavior") == "DROP_CASCADE";
  switch (action.kind) {
    case ActionKind::add_column:
    case ActionKind::set_type:
      action.column = action.name;
      add_column_details(action, command);
      break;
    case ActionKind::set_default:
      action.column = action.name;
      if (find(command, "def") == nullptr) action.kind = ActionKind::drop_default;
      break;
    case ActionKind::drop_column:
    case ActionKind::drop_default:
    case ActionKind::set_not_null:
    case ActionKind::drop_not_null:
    case ActionKind::drop_expression:
    case ActionKind::add_identity:
    case ActionKind::set_identity:
      action.column = action.name;
      break;
    case ActionKind::add_constraint:
      add_constraint_details(action, command);
      break;
    case ActionKind::attach_partition:
    case ActionKind::detach_partition:
      action.other = name_of(find(command, "def.PartitionCmd.name"));
      action.concurrently = get_bool(command, "def.PartitionCmd.concurrent");
      break;
    default:
      break;
  }
  return action;
}

}  // namespace

std::vector<Action> alter_table_actions(json::value const& statement, std::string const& text) {
  Name const table = name_of(find(statement, "relation"));
  std::string const object = get_string(statement, "objtype").substr(std::string_view("OBJECT_").size());
  auto const name_offset = static_cast<std::size_t>(get_int(statement, "relation.location"));
  std::vector<std::size_t> const offsets = command_offsets(text, name_offset);
  std::vector<Action> actions;
  for (json::value const& element : list_of(find(statement, "cmds"))) {
    json::value const* const command = find(element, "AlterTableCmd");
    if (command == nullptr) continue;
    Action action = action_of_command(table, object, *command);
    if (object == "INDEX" && action.kind == ActionKind::attach_partition)
      action.kind = ActionKind::attach_index;
    if (object == "TYPE") action.kind = ActionKind::other;
    std::size_t const index = actions.size();
    action.offset = index < offsets.size() ? offsets[index] : name_offset;
    std::size_t const end = index + 1 < offsets.size() ? text.rfind(',', offsets[index + 1]) : text.size();
    action.sql = text.substr(action.offset, std::max(end, action.offset) - action.offset);
    actions.push_back(std::move(action));
  }
  return actions;
}

}  // namespace pgdrill::review
