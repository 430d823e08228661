// What a statement does, taken apart: ALTER TABLE with three commands is three actions.
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/review/names.hpp"
#include "harness/migrations/review/parser.hpp"

namespace pgdrill::review {

enum class ActionKind {
  create_table,
  create_partition,  ///< CREATE TABLE ... PARTITION OF other
  drop_table,
  rename_table,
  set_schema,
  add_column,
  drop_column,
  rename_column,
  set_type,
  set_default,
  drop_default,
  set_not_null,
  drop_not_null,
  set_expression,   ///< of a generated column (17)
  drop_expression,  ///< makes a generated column an ordinary one
  add_identity,
  set_identity,  ///< GENERATED ALWAYS or BY DEFAULT, options of its sequence
  add_constraint,
  drop_constraint,
  validate_constraint,
  alter_constraint,
  rename_constraint,
  create_index,
  drop_index,
  rename_index,
  reindex,
  attach_partition,
  detach_partition,
  attach_index,
  create_trigger,
  drop_trigger,
  disable_trigger,
  enable_trigger,
  create_rule,
  row_security,  ///< enable, force, disable; create or alter a policy
  replica_identity,
  set_storage,  ///< SET STORAGE, SET COMPRESSION
  set_options,  ///< reloptions, statistics targets, CLUSTER ON
  set_logged,   ///< SET LOGGED, SET UNLOGGED
  move_table,   ///< SET TABLESPACE, SET ACCESS METHOD
  owner,
  inherit,
  truncate,
  lock,
  vacuum_full,
  cluster,
  refresh,  ///< REFRESH MATERIALIZED VIEW
  insert,
  update,
  delete_rows,
  select,
  add_enum_value,
  rename_enum_value,
  domain_constraint,  ///< ALTER DOMAIN ... ADD CONSTRAINT, SET NOT NULL, VALIDATE CONSTRAINT
  create_type,
  create_domain,
  drop_object,  ///< view, function, type, sequence, schema, database, ...
  rename_object,
  replace_view,
  replace_function,
  set_variable,
  transaction,
  do_block,
  create_function,
  comment,
  grant,
  revoke,
  other,
};

struct Action {
  ActionKind kind = ActionKind::other;
  Name table = {};          ///< the relation that it changes, if any
  std::string column = {};  ///< the column, if any
  std::string name = {};    ///< of the constraint, index, trigger or object; the new name of a rename
  std::string object = {};  ///< sort of object: "VIEW", "FUNCTION"
  Name other = {};          ///< partition, referenced table, new schema
  bool concurrently = false;
  bool if_exists = false;  ///< IF EXISTS or IF NOT EXISTS
  bool cascade = false;
  bool not_valid = false;
  bool embedded = false;              ///< stands in a DO block, or in a function that the statement calls
  bool batched = false;               ///< in a loop that commits
  json::value const* node = nullptr;  ///< command, constraint or column; lives as long as the statement
  std::string sql = {};    ///< the text of an ALTER TABLE command: "ADD CONSTRAINT c CHECK (a > 0)"
  std::size_t offset = 0;  ///< where it begins in the statement's text
};

/// Takes a statement apart. Never empty: what is not known is `other`. `text` is the statement's own text.
[[nodiscard]] std::vector<Action> actions_of(ParsedStatement const& statement, std::string const& text);

/// The stable name of a kind in JSON: "add-column".
[[nodiscard]] std::string_view name_of(ActionKind kind);

}  // namespace pgdrill::review
