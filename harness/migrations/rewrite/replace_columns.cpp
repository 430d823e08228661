// Split and merge: columns that are computed from others, which are dropped. Told by ADD COLUMN, one UPDATE
// of the whole table, and DROP COLUMN.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/migrations/rewrite/domains.hpp"
#include "harness/migrations/rewrite/former_columns.hpp"
#include "harness/migrations/rewrite/group.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"
#include "harness/migrations/rewrite/sync_trigger.hpp"
#include "harness/migrations/rewrite/way_back.hpp"

namespace pgdrill::review {
namespace {

struct Found {
  Name table;
  std::vector<Action const*> added;
  std::vector<Assignment> assigned;
  std::vector<std::string> not_null;
  std::vector<std::string> dropped;
  std::size_t consumed = 0;
};

/// The statements that belong together, or nothing.
std::optional<Found> find_group(Statements const& statements) {
  Found found{.table = statements.all[statements.first].actions.front().table};
  for (std::size_t i = statements.first; i < statements.all.size(); ++i) {
    StatementReview const& statement = statements.all[i];
    if (is_framing(statement)) continue;
    Action const& front = statement.actions.front();
    bool const before = found.assigned.empty();
    bool const update =
        front.kind == ActionKind::update && !front.embedded && same_relation(front.table, found.table);
    if (before && alters_only(statement, found.table, {ActionKind::add_column})) {
      for (Action const& action : statement.actions) found.added.push_back(&action);
    } else if (before && update && !found.added.empty()) {
      std::optional<std::vector<Assignment>> assigned = assignments_of(statements.sql(i));
      if (!assigned) return std::nullopt;
      found.assigned = *std::move(assigned);
    } else if (!before &&
               alters_only(statement, found.table, {ActionKind::set_not_null, ActionKind::drop_column})) {
      for (Action const& action : statement.actions)
        (action.kind == ActionKind::drop_column ? found.dropped : found.not_null).push_back(action.column);
    } else {
      break;
    }
    found.consumed = i + 1 - statements.first;
  }
  if (found.added.empty() || found.assigned.size() != found.added.size() || found.dropped.empty())
    return std::nullopt;
  return found;
}

/// 'x' of split_part(column, 'x', 1), split_part(column, 'x', 2), ... in this order; empty for anything else.
std::string separator_of_split(std::vector<Computed> const& next, std::string const& column) {
  std::string separator;
  for (std::size_t i = 0; i < next.size(); ++i) {
    std::string const text = without_spaces(next[i].expression);
    std::string const head = "split_part(" + column + ",";
    std::string const tail = fmt::format(",{})", i + 1);
    if (!text.starts_with(head) || !text.ends_with(tail)) return {};
    std::string const here = text.substr(head.size(), text.size() - head.size() - tail.size());
    if (here.empty() || here.front() != '\'' || (!separator.empty() && here != separator)) return {};
    separator = here;
  }
  return separator;
}

/// 'x' of a || 'x' || b, or of concat_ws('x', a, b); empty for anything else.
std::string separator_of_merge(std::string const& expression, std::vector<std::string> const& columns) {
  std::string const text = without_spaces(expression);
  std::string const list = join(columns, ",") + ")";
  constexpr std::string_view function = "concat_ws(";
  if (text.starts_with(function) && text.ends_with("," + list))
    return text.substr(function.size(), text.size() - function.size() - list.size() - 1);
  if (!text.starts_with(columns.front() + "||'")) return {};
  std::size_t const begin = columns.front().size() + 2;
  std::string const separator = text.substr(begin, text.find('\'', begin + 1) + 1 - begin);
  return text == join(columns, "||" + separator + "||") ? separator : "";
}

/// How the former column number `index` is computed from the next ones, read from how these are from it;
/// empty when that does not say.
std::string back(std::vector<std::string> const& dropped, std::size_t index,
                 std::vector<Computed> const& next) {
  if (dropped.size() == 1 && next.size() > 1) {
    std::string const separator = separator_of_split(next, dropped.front());
    if (separator.empty()) return {};
    std::vector<std::string> parts;
    for (Computed const& one : next) parts.push_back(fmt::format("nullif({}, '')", quote(one.column)));
    return fmt::format("nullif(concat_ws({}, {}), '')", separator, join(parts, ", "));
  }
  if (dropped.size() < 2 || next.size() != 1) return {};
  std::string const separator = separator_of_merge(next.front().expression, dropped);
  return separator.empty()
             ? ""
             : fmt::format("split_part({}, {}, {})", quote(next.front().column), separator, index + 1);
}

class Plan {
 public:
  Plan(Found const& found, Table const& table, Schema const& schema)
      : found_(&found), table_(&table), schema_(&schema), name_(quote(table.name)) {}

  Result<Rewriting> build(std::string const& text) {
    TRY_VOID(read_columns(text));
    TRY_VOID(check_former(*table_, *schema_, found_->dropped, subject_));
    sync_ = {table_->name, helper_name("sync", table_->name, next_.front().column), former_, next_};
    before_contract();
    FormerColumns const columns{table_, schema_, found_->dropped};
    for (PhaseFile& file : relax(columns, Phase::contract)) files_.push_back(std::move(file));
    files_.push_back(
        {Phase::contract, "refill_former",
         "Stops when a value would not come back. Going down it fills the former columns from the next ones.",
         refuse_lossy() + "SELECT 1;\n",
         batched_update(table_->name, table_->key(), assign_computed(former_), written_by_next(sync_)),
         false});
    files_.push_back({Phase::contract, "stop_sync", "The former columns are no longer kept.",
                      drop_sync_trigger(sync_), create_sync_trigger(sync_)});
    for (PhaseFile& file : drop_former(columns)) files_.push_back(std::move(file));
    return Rewriting{subject_, std::move(files_)};
  }

 private:
  /// Where the way back was not said, by who knows what it means.
  [[nodiscard]] std::string refuse_lossy() const {
    return guessed_.empty() ? "" : review::refuse_lossy(table_->name, guessed_);
  }

  [[nodiscard]] std::vector<std::string> columns_afterwards() const {
    std::vector<std::string> columns;
    for (Column const& column : table_->columns) {
      if (std::find(found_->dropped.begin(), found_->dropped.end(), column.name) == found_->dropped.end())
        columns.push_back(column.name);
    }
    for (Computed const& one : next_) columns.push_back(one.column);
    return columns;
  }

  Result<> read_columns(std::string const& text) {
    subject_ =
        fmt::format("replace {} of {} by computed columns", join(found_->dropped, ", "), table_->name.text());
    auto const refuse = [&](std::string why, std::string todo) {
      return fail({.kind = ErrorKind::usage,
                   .what = "cannot rewrite: " + subject_,
                   .why = std::move(why),
                   .todo = std::move(todo)});
    };
    for (Action const* const added : found_->added) {
      auto const assigned = std::find_if(found_->assigned.begin(), found_->assigned.end(),
                                         [&](Assignment const& one) { return one.column == added->column; });
      if (assigned == found_->assigned.end())
        return refuse(added->column + " is added and not computed", "assign each new column in the UPDATE");
      ColumnDefinition const definition = read_column(*added->node, table_->name);
      if (definition.column.not_null || definition.default_expression != nullptr ||
          !definition.constraints.empty())
        return refuse(added->column + " comes with a constraint or a default",
                      "add it plain, and SET NOT NULL, constraint or default afterwards");
      if (is_subquery(assigned->expression))
        return refuse(added->column + " is computed by a subquery, which a trigger would run for each row",
                      "write the function of the trigger by hand");
      TRY_VOID(check_domain(definition.column.type, *schema_, "cannot rewrite: " + subject_));
      next_types_.push_back(definition.column.type);
      next_.push_back({added->column, assigned->expression, definition.column.type.text()});
    }
    for (std::size_t i = 0; i < found_->dropped.size(); ++i) {
      Column const* const column = table_->column(found_->dropped[i]);
      if (column == nullptr) return refuse("there is no column " + found_->dropped[i], "");
      TRY(std::string const said, way_back(text, column->name, columns_afterwards(), subject_));
      std::string const expression = said.empty() ? back(found_->dropped, i, next_) : said;
      if (expression.empty())
        return refuse(
            fmt::format("how {} is computed from the new columns is not known, and the former version "
                        "reads it",
                        column->name),
            fmt::format("say it in a comment: -- pgdrill: back {} = EXPRESSION", column->name));
      former_.push_back({column->name, expression, column->type.text()});
      if (said.empty()) guessed_.push_back(former_.back());
    }
    return {};
  }

  void before_contract() {
    std::vector<std::string> adds;
    std::vector<std::string> drops;
    for (Computed const& one : next_) {
      adds.push_back(fmt::format("ADD COLUMN {} {}", quote(one.column), one.type));
      drops.push_back("DROP COLUMN " + quote(one.column));
    }
    files_.push_back({Phase::expand, "add_columns", "Empty and without a default: the catalogue only.",
                      try_domains(table_->name, next_, next_types_, *schema_) +
                          fmt::format("ALTER TABLE {} {};\n", name_, join(adds, ", ")),
                      fmt::format("ALTER TABLE {} {};\n", name_, join(drops, ", "))});
    files_.push_back({Phase::dual_write, "sync_trigger",
                      "Keeps both forms in step, whichever version writes.", create_sync_trigger(sync_),
                      drop_sync_trigger(sync_)});
    files_.push_back({Phase::backfill, "compute",
                      "Fills old rows in batches by key. Interrupted, run it again: it does what is left.",
                      batched_update(table_->name, table_->key(), assign_computed(next_), not_filled(sync_)),
                      "SELECT 1;  -- the columns go with the file that added them\n", false});
    for (std::string const& column : found_->not_null) {
      files_.push_back(
          {Phase::validate, "not_null_" + column, "NOT NULL by proof: no scan under the strongest lock.",
           set_not_null_by_proof(table_->name, column), drop_not_null(table_->name, column), false});
    }
    files_.push_back(
        {Phase::switch_over, "verify",
         "Stops when a row was not computed. Then deploy the version that uses the new columns; the "
         "former one keeps working.",
         refuse_rows(table_->name, not_filled(sync_), "not computed; run the backfill again") +
             refuse_lossy(),
         "SELECT 1;  -- nothing was changed\n"});
  }

  Found const* found_;
  Table const* table_;
  Schema const* schema_;
  std::string name_;
  std::string subject_;
  std::vector<Computed> next_;
  std::vector<Type> next_types_;
  std::vector<Computed> former_;
  std::vector<Computed> guessed_;  ///< of these, whose way back is read from the way there
  SyncTrigger sync_;
  std::vector<PhaseFile> files_;
};

std::optional<GroupRewriting> replace_columns(Statements const& statements) {
  if (statements.all[statements.first].actions.front().kind != ActionKind::add_column) return std::nullopt;
  std::optional<Found> const found = find_group(statements);
  if (!found) return std::nullopt;
  Result<Table const*> const table = known_table(found->table, statements.schema);
  if (!table) return GroupRewriting{found->consumed, fail(table.error())};
  return GroupRewriting{found->consumed, Plan(*found, **table, statements.schema).build(statements.text)};
}

RegisterGroup const registered(&replace_columns);

}  // namespace
}  // namespace pgdrill::review
