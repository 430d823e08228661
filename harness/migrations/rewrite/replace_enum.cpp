// An enum type replaced by another one, in both usual orders: CREATE TYPE, ALTER COLUMN ... TYPE, DROP TYPE
// and RENAME TO, which puts the former type aside first or lets the new one take its name last.
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/rewrite/enum_replacement.hpp"
#include "harness/migrations/rewrite/group.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {
namespace {

/// Follows the statements as long as they belong to the replacement of one type.
class Reader {
 public:
  bool take(Action const& action, std::string const& statement_kind) {
    if (action.embedded || action.node == nullptr) return false;
    switch (action.kind) {
      case ActionKind::create_type:
        return create(*action.node, statement_kind);
      case ActionKind::rename_object:
        return action.object == "TYPE" && rename(action);
      case ActionKind::drop_object:
        return action.object == "TYPE" && drop(action);
      case ActionKind::update:
        return update(action);
      case ActionKind::set_type:
        return set_type(action);
      case ActionKind::set_default:
      case ActionKind::drop_default:
        return set_default(action);
      default:
        return false;
    }
  }
  /// A default or an UPDATE of another column is another migration.
  [[nodiscard]] bool complete() const {
    return dropped_ && !created_.empty() && !columns_.empty() &&
           std::all_of(before_.begin(), before_.end(),
                       [&](Before const& one) { return replaces(one.table, one.column); });
  }
  [[nodiscard]] bool is_understood() const { return understood_; }

  [[nodiscard]] EnumReplacement replacement(std::string const& text) const {
    EnumReplacement out{
        .type = former_, .final_name = created_.name, .labels = labels_, .columns = columns_, .text = text};
    for (EnumColumn& column : out.columns) {
      for (Before const& before : before_) {
        if (before.table.in_public() != column.table.in_public() || before.column != column.column) continue;
        // First the rows were changed, then what is left of them by USING.
        for (auto const& [from, to] : before.change.becomes)
          column.change.becomes.try_emplace(from, column.change.next_of(to));
        if (before.new_default) column.new_default = before.new_default;
      }
    }
    return out;
  }

 private:
  struct Before {
    Name table;
    std::string column;
    LabelChange change = {};
    std::optional<json::value const*> new_default = {};
  };

  [[nodiscard]] bool replaces(Name const& table, std::string const& column) const {
    return std::any_of(columns_.begin(), columns_.end(), [&](EnumColumn const& one) {
      return one.table.in_public() == table.in_public() && one.column == column;
    });
  }
  bool create(json::value const& node, std::string const& kind) {
    if (!created_.empty() || kind != "CreateEnumStmt") return false;
    created_ = name_of_list(find(node, "typeName"));
    labels_ = strings_of(find(node, "vals"));
    return true;
  }
  bool rename(Action const& action) {
    bool const of_new = !created_.empty() && action.table.in_public() == created_.in_public();
    if (of_new) {
      created_.name = action.name;
      return dropped_;  // before the former one is gone it would be another type's name
    }
    if (!former_.empty()) return false;
    former_ = action.table;
    former_now_ = {action.table.schema, action.name};
    return true;
  }
  bool drop(Action const& action) {
    if (dropped_) return false;
    if (former_.empty()) {
      former_ = action.table;
      former_now_ = action.table;
    }
    dropped_ = action.table.in_public() == former_now_.in_public();
    return dropped_;
  }
  bool update(Action const& action) {
    std::optional<LabelUpdate> const read = read_update(*action.node);
    if (!read || !columns_.empty()) return false;
    before_.push_back({.table = action.table, .column = read->column, .change = read->change});
    return true;
  }
  bool set_type(Action const& action) {
    Type const type = type_of(find(*action.node, "typeName"));
    if (created_.empty() || !is_type(type, created_)) return false;
    EnumColumn column{.table = action.table, .column = action.column, .array = type.array};
    json::value const* const expression = find(*action.node, "raw_default");
    std::optional<LabelChange> const change =
        expression == nullptr ? LabelChange() : read_using(*expression, action.column);
    understood_ = understood_ && change.has_value();
    column.change = change.value_or(LabelChange());
    columns_.push_back(std::move(column));
    return true;
  }
  bool set_default(Action const& action) {
    if (complete() && !replaces(action.table, action.column)) return false;
    before_.push_back(
        {.table = action.table, .column = action.column, .new_default = find(*action.node, "def")});
    return true;
  }

  Name created_;
  Name former_;      ///< its name before the first statement
  Name former_now_;  ///< and where the statements have got to
  bool dropped_ = false;
  bool understood_ = true;
  std::vector<std::string> labels_;
  std::vector<EnumColumn> columns_;
  std::vector<Before> before_;
};

std::optional<GroupRewriting> replace(Statements const& statements) {
  Reader reader;
  std::size_t consumed = 0;
  for (std::size_t i = statements.first; i < statements.all.size(); ++i) {
    StatementReview const& statement = statements.all[i];
    if (is_framing(statement)) continue;
    bool const taken = std::all_of(statement.actions.begin(), statement.actions.end(),
                                   [&](Action const& action) { return reader.take(action, statement.kind); });
    if (!taken) break;
    consumed = i + 1 - statements.first;
  }
  if (!reader.complete()) return std::nullopt;
  EnumReplacement const replacement = reader.replacement(statements.text);
  if (!reader.is_understood())
    return GroupRewriting{
        consumed,
        fail({.kind = ErrorKind::usage,
              .what = "cannot rewrite the change of enum " + replacement.type.text(),
              .why = "USING is neither a cast by way of text nor a CASE over labels, nor array_replace()",
              .todo = "write it as CASE column::text WHEN 'a' THEN 'b' ELSE column::text END, or of an "
                      "array as array_replace(column::text[], 'a', 'b')"})};
  return GroupRewriting{consumed, replace_enum(replacement, statements.schema)};
}

RegisterGroup const registered(&replace);

}  // namespace
}  // namespace pgdrill::review
