#include "harness/migrations/review/replayed_users.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgdrill::review {

namespace {

/// Finds the columns that a query names, by the tables in its FROM.
class ColumnUses {
 public:
  ColumnUses(Schema const& schema, std::string user) : schema_(&schema), user_(std::move(user)) {}

  std::vector<ReplayedUser> of_query(json::value const& query) {
    collect_tables(query);
    collect_columns(query);
    return std::move(found_);
  }

  std::vector<ReplayedUser> of_columns(Name const& table, std::vector<std::string> const& columns) {
    Table const* const known = schema_->table(table);
    for (std::string const& column : columns) {
      if (known != nullptr) add(*known, column);
    }
    return std::move(found_);
  }

 private:
  struct Source {
    std::string alias;
    Table const* table;
  };

  void collect_tables(json::value const& value) {
    if (value.is_array()) {
      for (json::value const& element : value.get_array()) collect_tables(element);
    } else if (value.is_object()) {
      if (Table const* const table =
              value.get_object().contains("relname") ? schema_->table(name_of(&value)) : nullptr)
        sources_.push_back({get_string(value, "alias.aliasname", table->name.name), table});
      for (auto const& [key, child] : value.get_object()) collect_tables(child);
    }
  }

  void collect_columns(json::value const& value) {
    if (value.is_array()) {
      for (json::value const& element : value.get_array()) collect_columns(element);
    } else if (value.is_object()) {
      if (json::value const* const reference = find(value, "ColumnRef")) add_reference(*reference);
      for (auto const& [key, child] : value.get_object()) collect_columns(child);
    }
  }

  /// `column`, `alias.column`, `*` or `alias.*`.
  void add_reference(json::value const& reference) {
    json::array const& fields = list_of(find(reference, "fields"));
    if (fields.empty()) return;
    std::string const alias = fields.size() > 1 ? get_string(fields[fields.size() - 2], "String.sval") : "";
    bool const all = find(fields.back(), "A_Star") != nullptr;
    std::string const column = get_string(fields.back(), "String.sval");
    for (Source const& source : sources_) {
      if (!alias.empty() && alias != source.alias) continue;
      if (!all) add(*source.table, column);
      for (std::size_t i = 0; all && i < source.table->columns.size(); ++i)
        add(*source.table, source.table->columns[i].name);
    }
  }

  void add(Table const& table, std::string const& column) {
    if (table.column(column) == nullptr) return;
    bool const known = std::any_of(found_.begin(), found_.end(), [&](ReplayedUser const& one) {
      return same_relation(one.table, table.name) && one.user.column == column;
    });
    if (!known) found_.push_back({table.name, {user_, column, false}});
  }

  Schema const* schema_;
  std::string user_;
  std::vector<Source> sources_;
  std::vector<ReplayedUser> found_;
};

std::vector<ReplayedUser> users_of_view(Action const& action, Schema const& schema) {
  bool const materialized = action.kind == ActionKind::create_table;
  std::string const sort = materialized ? "materialized view " : "view ";
  json::value const* const query = find(*action.node, "query");
  if (query == nullptr) return {};
  return ColumnUses(schema, sort + action.table.in_public().text()).of_query(*query);
}

/// USING and WITH CHECK, or WHEN: whatever the definition names of its own table.
std::vector<ReplayedUser> users_on_table(Action const& action, Schema const& schema, std::string_view sort,
                                         std::initializer_list<std::string_view> expressions) {
  std::vector<std::string> columns = strings_of(find(*action.node, "columns"));
  for (std::string_view const expression : expressions) {
    json::value const* const node = find(*action.node, expression);
    if (node == nullptr) continue;
    for (std::string& column : columns_in(*node)) columns.push_back(std::move(column));
  }
  return ColumnUses(schema,
                    fmt::format("{} {} on table {}", sort, action.name, action.table.in_public().text()))
      .of_columns(action.table, columns);
}

void add_generated(json::value const& definition, Name const& table, Schema const& schema,
                   std::vector<ReplayedUser>& users) {
  for (json::value const& constraint : list_of(find(definition, "constraints"))) {
    if (get_string(constraint, "Constraint.contype") != "CONSTR_GENERATED") continue;
    json::value const* const expression = find(constraint, "Constraint.raw_expr");
    if (expression == nullptr) continue;
    std::vector<ReplayedUser> found =
        ColumnUses(schema, "generated column " + get_string(definition, "colname"))
            .of_columns(table, columns_in(*expression));
    for (ReplayedUser& one : found) users.push_back(std::move(one));
  }
}

std::vector<ReplayedUser> generated_columns(Action const& action, Schema const& schema) {
  std::vector<ReplayedUser> users;
  if (action.kind == ActionKind::add_column) add_generated(*action.node, action.table, schema, users);
  for (json::value const& element : list_of(find(*action.node, "tableElts"))) {
    if (json::value const* const definition = find(element, "ColumnDef"))
      add_generated(*definition, action.table, schema, users);
  }
  return users;
}

}  // namespace

std::vector<ReplayedUser> users_made_by(Action const& action, Schema const& schema) {
  if (action.node == nullptr) return {};
  bool const view = action.object == "VIEW" &&
                    (action.kind == ActionKind::other || action.kind == ActionKind::replace_view);
  bool const materialized = action.object == "MATERIALIZED VIEW" && action.kind == ActionKind::create_table;
  if (view || materialized) return users_of_view(action, schema);
  if (action.kind == ActionKind::row_security && action.object.empty() && !action.name.empty())
    return users_on_table(action, schema, "policy", {"qual", "with_check"});
  if (action.kind == ActionKind::create_trigger)
    return users_on_table(action, schema, "trigger", {"whenClause"});
  if (action.kind == ActionKind::create_table || action.kind == ActionKind::add_column)
    return generated_columns(action, schema);
  return {};
}

}  // namespace pgdrill::review
