// Replays actions, so that a column's type is known when a later file changes it.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/migrations/review/replayed_users.hpp"
#include "harness/migrations/review/schema.hpp"
#include "harness/migrations/review/written_default.hpp"

namespace pgdrill::review {

namespace {

void add_constraint(Table& table, Constraint constraint) {
  if (constraint.kind == 'p') {
    for (std::string const& name : constraint.columns) {
      if (Column* const column = table.column(name)) column->not_null = true;
    }
  }
  table.constraints.push_back(std::move(constraint));
}

/// Gives columns of CREATE TABLE the text of their defaults; reads the statement's words once, if at all.
class WrittenDefaults {
 public:
  explicit WrittenDefaults(std::string const& text) : text_(&text) {}

  void read(json::value const& definition, Column& column) {
    if (tokens_.empty()) tokens_ = tokenize(*text_);
    auto const begin = static_cast<std::size_t>(get_int(definition, "location"));
    column.written_default = default_in_definition(*text_, tokens_, begin, column.name);
  }

 private:
  std::string const* text_;
  std::vector<Token> tokens_;
};

Table read_table(Action const& action, std::string const& text) {
  Table table{.name = action.table, .fresh = true, .complete = true};
  table.materialized_view = action.object == "MATERIALIZED VIEW";
  json::value const& node = *action.node;
  table.partitioned = find(node, "partspec") != nullptr;
  WrittenDefaults written(text);
  for (json::value const& element : list_of(find(node, "tableElts"))) {
    if (json::value const* const definition = find(element, "ColumnDef")) {
      ColumnDefinition read = read_column(*definition, table.name);
      if (read.default_expression != nullptr && !action.embedded) written.read(*definition, read.column);
      table.columns.push_back(read.column);
      for (Constraint const& constraint : read.constraints) add_constraint(table, constraint);
    } else if (json::value const* const constraint = find(element, "Constraint")) {
      add_constraint(table, read_constraint(*constraint, table.name, ""));
    } else {
      table.complete = false;  // LIKE other
    }
  }
  if (!list_of(find(node, "inhRelations")).empty() || find(node, "query") != nullptr) table.complete = false;
  return table;
}

bool is_default(json::value const& node, std::string_view path) { return get_bool(node, path); }

void create_partition(Schema& schema, Action const& action) {
  Table partition{.name = action.other, .parent = action.table, .fresh = true};
  if (Table const* const parent = schema.table(action.table)) {
    partition.columns = parent->columns;
    partition.complete = parent->complete;
  }
  partition.default_partition = is_default(*action.node, "partbound.is_default");
  partition.partitioned = find(*action.node, "partspec") != nullptr;
  schema.add(std::move(partition));
}

bool changes_columns(ActionKind kind) {
  switch (kind) {
    case ActionKind::add_column:
    case ActionKind::drop_column:
    case ActionKind::rename_column:
    case ActionKind::set_type:
    case ActionKind::set_default:
    case ActionKind::drop_default:
    case ActionKind::set_not_null:
    case ActionKind::drop_not_null:
    case ActionKind::drop_expression:
    case ActionKind::add_identity:
      return true;
    default:
      return false;
  }
}

void apply_to_column(Table& table, Action const& action) {
  Column* const column = table.column(action.column);
  switch (action.kind) {
    case ActionKind::add_column: {
      ColumnDefinition read = read_column(*action.node, table.name);
      if (read.default_expression != nullptr) read.column.written_default = default_in_addition(action.sql);
      if (column == nullptr) table.columns.push_back(read.column);
      for (Constraint const& constraint : read.constraints) add_constraint(table, constraint);
      return;
    }
    case ActionKind::drop_column:
      std::erase_if(table.columns, [&](Column const& one) { return one.name == action.column; });
      std::erase_if(table.constraints, [&](Constraint const& constraint) {
        return std::find(constraint.columns.begin(), constraint.columns.end(), action.column) !=
               constraint.columns.end();
      });
      return;
    case ActionKind::rename_column:
      if (column != nullptr) column->name = action.name;
      for (Constraint& constraint : table.constraints) {
        auto const on_it = std::find(constraint.columns.begin(), constraint.columns.end(), action.column);
        if (on_it == constraint.columns.end()) continue;
        *on_it = action.name;
        constraint.definition.clear();  // it names the column as it was
      }
      return;
    default:
      break;
  }
  if (column == nullptr) return;
  if (action.kind == ActionKind::set_type) {
    column->type = type_of(find(*action.node, "typeName"));
    column->written_collation = read_collation(*action.node);
    if (column->details != nullptr) {
      ColumnDetails details = *column->details;
      details.collation = column->written_collation;
      column->details = std::make_shared<ColumnDetails const>(std::move(details));
    }
  }
  if (action.kind == ActionKind::set_not_null) column->not_null = true;
  if (action.kind == ActionKind::drop_not_null) column->not_null = false;
  if (action.kind == ActionKind::set_default) {
    column->default_text = replayed_default;
    column->written_default = default_in_command(action.sql);
  }
  if (action.kind == ActionKind::drop_default) {
    column->default_text.clear();
    column->written_default.clear();
  }
  if (action.kind == ActionKind::drop_expression) column->generated = false;
  if (action.kind == ActionKind::add_identity) column->identity = true;
}

void apply_to_constraint(Table& table, Action const& action, Schema const& schema) {
  if (action.kind == ActionKind::add_constraint) {
    Constraint constraint = read_constraint(*action.node, table.name, "");
    std::string const index_name = get_string(*action.node, "indexname");
    if (Index const* const index = schema.index({"", index_name}); index != nullptr && !index_name.empty())
      constraint.columns = index->columns;
    add_constraint(table, std::move(constraint));
    return;
  }
  for (Constraint& constraint : table.constraints) {
    if (constraint.name != (action.kind == ActionKind::rename_constraint ? action.column : action.name))
      continue;
    if (action.kind == ActionKind::validate_constraint) constraint.valid = true;
    if (action.kind == ActionKind::rename_constraint) constraint.name = action.name;
  }
  if (action.kind == ActionKind::drop_constraint)
    std::erase_if(table.constraints, [&](Constraint const& one) { return one.name == action.name; });
}

Index read_index(Action const& action) {
  Index index{.name = action.name, .table = action.table, .unique = get_bool(*action.node, "unique")};
  for (json::value const& element : list_of(find(*action.node, "indexParams")))
    index.columns.push_back(get_string(element, "IndexElem.name"));
  if (index.name.empty()) {
    index.name = action.table.name;
    for (std::string const& column : index.columns) index.name += "_" + (column.empty() ? "expr" : column);
    index.name += "_idx";
  }
  return index;
}

void remember_type(Schema& schema, Action const& action) {
  json::value const& node = *action.node;
  if (action.kind == ActionKind::create_domain) {
    json::array const& constraints = list_of(find(node, "constraints"));
    bool const constrained =
        std::any_of(constraints.begin(), constraints.end(), [](json::value const& element) {
          std::string const type = get_string(element, "Constraint.contype");
          return type == "CONSTR_CHECK" || type == "CONSTR_NOTNULL";
        });
    schema.set_type(name_of_list(find(node, "domainname")),
                    {.kind = 'd', .base = type_of(find(node, "typeName")), .constrained = constrained});
  } else if (find(node, "vals") != nullptr) {
    schema.set_type(name_of_list(find(node, "typeName")),
                    {.kind = 'e', .labels = strings_of(find(node, "vals"))});
  }
}

void rename_in_indexes(Schema& schema, Action const& action) {
  for (Index index : schema.indexes_of(action.table)) {
    if (index.definition.find(action.column) != std::string::npos) index.definition.clear();
    std::replace(index.columns.begin(), index.columns.end(), action.column, action.name);
    schema.set_index(std::move(index));
  }
}

/// A label is added or renamed; a type gets another name, or goes.
void change_type(Schema& schema, Action const& action) {
  UserType const* const known = schema.type(action.table);
  if (known == nullptr) return;
  UserType type = *known;
  if (action.kind == ActionKind::rename_object) {
    schema.rename_type(action.table, action.name);
    return;
  }
  if (action.kind == ActionKind::drop_object) {
    schema.drop_type(action.table);
    return;
  }
  if (action.kind == ActionKind::rename_enum_value) {
    std::replace(type.labels.begin(), type.labels.end(), get_string(*action.node, "oldVal"), action.name);
  } else if (std::find(type.labels.begin(), type.labels.end(), action.name) == type.labels.end()) {
    auto place =
        std::find(type.labels.begin(), type.labels.end(), get_string(*action.node, "newValNeighbor"));
    if (place != type.labels.end() && get_bool(*action.node, "newValIsAfter")) ++place;
    type.labels.insert(place, action.name);
  }
  schema.set_type(action.table, std::move(type));
}

void remember_function(Schema& schema, Action const& action) {
  char volatility = 'v';
  for (json::value const& option : list_of(find(*action.node, "options"))) {
    if (get_string(option, "DefElem.defname") != "volatility") continue;
    volatility = get_string(option, "DefElem.arg.String.sval", "volatile").front();
  }
  schema.set_volatility(action.table.name, volatility);
}

/// How the users of a table that the action drops or replaces begin; empty when it does neither.
std::string former_user(Action const& action) {
  bool const on_table = action.kind == ActionKind::drop_trigger || action.object == "POLICY";
  if (on_table)
    return fmt::format("{} {} on table {}", action.object == "POLICY" ? "policy" : "trigger", action.name,
                       action.table.in_public().text());
  if (action.kind == ActionKind::replace_view) return "view " + action.table.in_public().text();
  if (action.kind != ActionKind::drop_object) return {};
  if (action.object == "RULE")
    return fmt::format("rule {} on {}", action.name, action.table.in_public().text());
  if (action.object == "VIEW") return "view " + action.table.in_public().text();
  return action.object == "MATERIALIZED VIEW" ? "materialized view " + action.table.in_public().text() : "";
}

}  // namespace

void Schema::apply(Action const& action, std::string const& text) {
  apply_definition(action, text);
  if (std::string const user = former_user(action); !user.empty()) forget_users(user);
  for (ReplayedUser& made : users_made_by(action, *this)) {
    if (Table* const used = table(made.table)) used->users.push_back(std::move(made.user));
  }
}

void Schema::apply_definition(Action const& action, std::string const& text) {
  Table const* const known = std::as_const(*this).table(action.table);
  switch (action.kind) {
    case ActionKind::create_table:
      if (known == nullptr || !action.if_exists) add(read_table(action, text));
      return;
    case ActionKind::create_partition:
      create_partition(*this, action);
      return;
    case ActionKind::drop_table:
      drop_table(action.table);
      return;
    case ActionKind::rename_table:
      rename_table(action.table, {action.table.schema, action.name});
      return;
    case ActionKind::set_schema:
      if (known != nullptr) rename_table(action.table, {action.other.schema, action.table.name});
      return;
    case ActionKind::create_index:
      set_index(read_index(action));
      return;
    case ActionKind::drop_index:
      drop_index(action.name);
      return;
    case ActionKind::create_type:
    case ActionKind::create_domain:
      remember_type(*this, action);
      return;
    case ActionKind::create_function:
    case ActionKind::replace_function:
      remember_function(*this, action);
      return;
    case ActionKind::add_enum_value:
    case ActionKind::rename_enum_value:
    case ActionKind::rename_object:
    case ActionKind::drop_object: {
      bool const of_type = action.object.empty() || action.object == "TYPE" || action.object == "DOMAIN";
      if (of_type) change_type(*this, action);
      return;
    }
    default:
      break;
  }
  if (known == nullptr) return;
  bool const of_constraint =
      action.kind == ActionKind::add_constraint || action.kind == ActionKind::drop_constraint ||
      action.kind == ActionKind::validate_constraint || action.kind == ActionKind::rename_constraint;
  if (of_constraint) {
    apply_to_constraint(*table(action.table), action, *this);
  } else if (action.kind == ActionKind::attach_partition) {
    if (Table* const partition = table(action.other)) {
      partition->parent = action.table;
      json::value const* const bound = find(*action.node, "def.PartitionCmd.bound");
      partition->default_partition = bound != nullptr && is_default(*bound, "is_default");
    }
  } else if (action.kind == ActionKind::detach_partition) {
    if (Table* const partition = table(action.other)) partition->parent.reset();
  } else if (changes_columns(action.kind)) {
    if (action.kind == ActionKind::rename_column) rename_in_indexes(*this, action);
    apply_to_column(*table(action.table), action);
  }
}

}  // namespace pgdrill::review
