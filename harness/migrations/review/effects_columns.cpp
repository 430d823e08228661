// Effects on columns.
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/review/effect.hpp"
#include "harness/migrations/review/foreign_key_locks.hpp"
#include "harness/migrations/review/type_change.hpp"
#include "harness/migrations/review/volatility.hpp"

namespace pgdrill::review {

namespace {

Effect exclusive(Action const& action) { return {.locks = {{action.table, Lock::access_exclusive}}}; }

void raise(Effect& effect, Cost cost, std::string reason) {
  if (cost <= effect.cost) return;
  effect.cost = cost;
  effect.cost_reason = std::move(reason);
}

/// Also by a constraint of the domain below it. Arrays of a domain are no domain.
bool constrained_domain(Type const& type, Schema const& schema) {
  UserType const* const known = type.array ? nullptr : schema.type({type.schema, type.name});
  if (known == nullptr || known->kind != 'd') return false;
  return known->constrained || constrained_domain(known->base, schema);
}

void add_column_cost(Effect& effect, ColumnDefinition const& read, Situation const& situation) {
  if (read.generated_expression != nullptr && !situation.has_newer("VIRTUAL"))
    raise(effect, Cost::rewrite, "a stored generated column is computed for every row");
  if (read.is_serial) raise(effect, Cost::rewrite, "serial draws a number for every row");
  if (read.column.identity) raise(effect, Cost::rewrite, "an identity column draws a number for every row");
  if (constrained_domain(read.column.type, *situation.schema))
    raise(effect, Cost::rewrite, fmt::format("domain {} has a constraint", read.column.type.text()));
  if (effect.cost == Cost::none && situation.schema->may_be_domain(read.column.type)) {
    effect.cost_reason = fmt::format("if type {} is a domain with a constraint, the table is written anew",
                                     read.column.type.text());
    effect.uncertain = true;
  }
  if (read.default_expression == nullptr) return;
  VolatilityFinding const found = volatility_of(*read.default_expression, *situation.schema);
  if (found.volatility == Volatility::is_volatile)
    raise(effect, Cost::rewrite,
          fmt::format("{}() is volatile: the default differs in every row", found.function));
  if (found.volatility == Volatility::unknown && effect.cost < Cost::rewrite) {
    raise(effect, Cost::rewrite,
          fmt::format("if {}() is volatile, the default differs in every row", found.function));
    effect.uncertain = true;
  }
}

void add_column_constraints(Effect& effect, ColumnDefinition const& read) {
  bool const has_default = read.default_expression != nullptr;
  for (Constraint const& constraint : read.constraints) {
    if (constraint.kind == 'c') raise(effect, Cost::scan, "the CHECK is verified in every row");
    if (constraint.kind == 'u' || constraint.kind == 'p')
      raise(effect, Cost::index_build, "its unique index is built");
    if (constraint.kind != 'f') continue;
    effect.locks.push_back({constraint.referenced, Lock::share_row_exclusive});
    if (has_default)
      raise(effect, Cost::scan, "the default is looked up in the referenced table for every row");
  }
}

Effect add_column(Action const& action, Situation const& situation) {
  Effect effect = exclusive(action);
  ColumnDefinition const read = read_column(*action.node, action.table);
  add_column_cost(effect, read, situation);
  add_column_constraints(effect, read);
  bool const filled = read.default_expression != nullptr || read.generated_expression != nullptr ||
                      read.column.identity || read.is_serial;
  if (read.column.not_null && !filled)
    effect.breaks_old =
        fmt::format("inserts that do not name {} fail: it is NOT NULL without a default", action.column);
  effect.breaks_new = fmt::format("the next version cannot use {} before it", action.column);
  effect.undo = Undo::lossy;
  effect.undo_how = fmt::format("DROP COLUMN; what was written to {} meanwhile is lost", action.column);
  return effect;
}

Effect drop_column(Action const& action, Situation const& situation) {
  Effect effect = exclusive(action);
  lock_referenced(effect, action.table, action.column, *situation.schema);
  if (action.cascade) lock_referencing(effect, action.table, {action.column}, *situation.schema);
  effect.breaks_old = fmt::format("statements that name {} fail", action.column);
  effect.undo = Undo::impossible;
  effect.undo_how =
      "ADD COLUMN gives an empty column; the values come back from a copy made before, or from a backup";
  return effect;
}

Effect rename_column(Action const& action, Situation const&) {
  Effect effect = exclusive(action);
  effect.breaks_old = fmt::format("statements that name {} fail", action.column);
  effect.breaks_new = fmt::format("statements that name {} fail before it", action.name);
  effect.undo = Undo::lossless;
  effect.undo_how = fmt::format("RENAME COLUMN {} TO {}", action.name, action.column);
  return effect;
}

bool mentions(std::vector<std::string> const& columns, std::string const& column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

/// A CHECK on a column whose type changes is verified again.
void checks_of_type(Effect& effect, Action const& action, Table const& table) {
  for (Constraint const& constraint : table.constraints) {
    if (constraint.kind == 'c' && constraint.valid && mentions(constraint.columns, action.column))
      raise(effect, Cost::scan,
            fmt::format("CHECK {} mentions the column and is verified again", constraint.name));
  }
}

/// USING with nothing but the column, or a cast of it, stores what the default cast would.
bool plain_using(json::value const& expression, std::string const& column) {
  json::value const* inner = &expression;
  while (json::value const* const argument = find(*inner, "TypeCast.arg")) inner = argument;
  std::vector<std::string> const columns = columns_in(*inner);
  return find(*inner, "ColumnRef") != nullptr && columns.size() == 1 && columns.front() == column;
}

/// Whether an index is known to stand on the column; a table that was not seen whole may have any.
bool may_be_indexed(Table const& table, std::string const& column, Schema const& schema) {
  if (!table.complete) return true;
  for (Constraint const& constraint : table.constraints) {
    if (constraint.kind != 'c' && constraint.kind != 'f' && mentions(constraint.columns, column)) return true;
  }
  std::vector<Index> const indexes = schema.indexes_of(table.name);
  return std::any_of(indexes.begin(), indexes.end(),
                     [&](Index const& index) { return mentions(index.columns, column); });
}

Effect set_type(Action const& action, Situation const& situation) {
  Effect effect = exclusive(action);
  Type const to = type_of(find(*action.node, "typeName"));
  json::value const* const expression = find(*action.node, "raw_default");
  Table const* const table = situation.schema->table(action.table);
  Column const* const column = table == nullptr ? nullptr : table->column(action.column);
  effect.undo = Undo::lossy;
  effect.undo_how = "change the type back; values that do not fit the former type make that fail";
  if (expression != nullptr && !plain_using(*expression, action.column)) {
    raise(effect, Cost::rewrite, "USING computes every value anew");
  } else if (column == nullptr) {
    raise(effect, Cost::rewrite,
          fmt::format("the former type of {} is not known here; most changes to {} store every value anew",
                      action.column, to.text()));
    effect.uncertain = true;
  } else {
    TypeChange const change = type_change(column->type, to, *situation.schema, situation.session->utc);
    bool const untouched =
        change.cost == Cost::index_build && !may_be_indexed(*table, action.column, *situation.schema);
    if (!untouched) raise(effect, change.cost, change.reason);
    if (!same_collation(column->collation(), read_collation(*action.node)) &&
        may_be_indexed(*table, action.column, *situation.schema))
      raise(effect, Cost::index_build,
            "another collation sorts otherwise: indexes on the column are built anew");
    if (change.narrows) {
      effect.undo = Undo::impossible;
      effect.undo_how = "what was cut or rounded does not come back";
    } else if (returns_lossless(to, column->type)) {
      effect.undo = Undo::lossless;
    }
    bool const reads_differently = column->type.name != to.name && effect.cost >= Cost::rewrite;
    if (reads_differently || change.narrows)
      effect.breaks_old =
          fmt::format("the former version reads and writes {} as {}", action.column, column->type.text());
  }
  if (table != nullptr) checks_of_type(effect, action, *table);
  // Its foreign keys are dropped and made anew, even where no value changes.
  lock_referenced(effect, action.table, action.column, *situation.schema);
  lock_referencing(effect, action.table, {action.column}, *situation.schema);
  return effect;
}

/// An earlier statement left a valid CHECK (column IS NOT NULL); dropped in the same ALTER it proves nothing.
bool proved_not_null(Action const& action, Situation const& situation) {
  Table const* const table = situation.schema->table(action.table);
  if (table == nullptr) return false;
  for (Constraint const& constraint : table->constraints) {
    bool const proves =
        constraint.proves_not_null && constraint.valid && mentions(constraint.columns, action.column);
    if (!proves) continue;
    bool const dropped_too =
        std::any_of(situation.actions->begin(), situation.actions->end(), [&](Action const& other) {
          return other.kind == ActionKind::drop_constraint && other.name == constraint.name;
        });
    if (!dropped_too) return true;
  }
  Column const* const column = table->column(action.column);
  return column != nullptr && column->not_null;
}

Effect set_not_null(Action const& action, Situation const& situation) {
  Effect effect = exclusive(action);
  if (!proved_not_null(action, situation))
    raise(effect, Cost::scan, fmt::format("every row is read for NULL in {}", action.column));
  Table const* const table = situation.schema->table(action.table);
  Column const* const column = table == nullptr ? nullptr : table->column(action.column);
  if (column == nullptr || column->default_text.empty())
    effect.breaks_old = fmt::format("a version that still writes NULL to {} fails", action.column);
  // When all values are proved the former version was already held to it by that CHECK.
  if (effect.cost == Cost::none) effect.breaks_old.clear();
  effect.undo = Undo::lossless;
  effect.undo_how = "DROP NOT NULL";
  return effect;
}

Effect drop_not_null(Action const& action, Situation const&) {
  Effect effect = exclusive(action);
  effect.breaks_old = fmt::format(
      "a version that takes {} for never NULL meets NULL once the next one writes it", action.column);
  effect.undo = Undo::lossy;
  effect.undo_how = "SET NOT NULL; it fails once a NULL was written";
  return effect;
}

Effect change_default(Action const& action, Situation const&) {
  Effect effect = exclusive(action);
  effect.undo = Undo::lossless;
  effect.undo_how = "SET DEFAULT to the former one; rows written meanwhile keep theirs";
  return effect;
}

Effect drop_default(Action const& action, Situation const& situation) {
  Effect effect = change_default(action, situation);
  Table const* const table = situation.schema->table(action.table);
  Column const* const column = table == nullptr ? nullptr : table->column(action.column);
  if (column == nullptr || column->not_null)
    effect.breaks_old = fmt::format("inserts that leave {} to its default write NULL or fail", action.column);
  return effect;
}

Effect set_expression(Action const& action, Situation const&) {
  Effect effect = exclusive(action);
  raise(effect, Cost::rewrite, "a stored generated column is computed anew for every row");
  effect.undo = Undo::lossless;
  effect.undo_how = "SET EXPRESSION to the former one";
  return effect;
}

Effect drop_expression(Action const& action, Situation const&) {
  Effect effect = exclusive(action);
  effect.breaks_old =
      fmt::format("{} is no longer computed: who does not write it leaves it stale", action.column);
  effect.undo = Undo::impossible;
  effect.undo_how = "a column cannot be made generated again: drop it and add it, with a rewrite";
  return effect;
}

/// `SET GENERATED ALWAYS`: its option is 'a', the letter of pg_attribute.attidentity.
bool generates_always(Action const& action) {
  for (json::value const& option : list_of(find(*action.node, "def.List.items"))) {
    bool const generated = get_string(option, "DefElem.defname") == "generated";
    if (generated && get_int(option, "DefElem.arg.Integer.ival") == 'a') return true;
  }
  return false;
}

Effect set_identity(Action const& action, Situation const&) {
  Effect effect = exclusive(action);
  if (generates_always(action))
    effect.breaks_old = fmt::format("a version that inserts values of {} itself fails", action.column);
  effect.undo = Undo::lossless;
  effect.undo_how = "ALTER COLUMN ... SET the former options";
  return effect;
}

Effect add_identity(Action const& action, Situation const&) {
  Effect effect = exclusive(action);
  if (get_string(*action.node, "def.Constraint.generated_when") == "a")
    effect.breaks_old = fmt::format("a version that inserts values of {} itself fails", action.column);
  effect.undo = Undo::lossless;
  effect.undo_how = "ALTER COLUMN ... DROP IDENTITY";
  return effect;
}

RegisterEffect const columns[] = {
    {{ActionKind::add_column}, &add_column},       {{ActionKind::drop_column}, &drop_column},
    {{ActionKind::rename_column}, &rename_column}, {{ActionKind::set_type}, &set_type},
    {{ActionKind::set_not_null}, &set_not_null},   {{ActionKind::drop_not_null}, &drop_not_null},
    {{ActionKind::set_default}, &change_default},  {{ActionKind::set_expression}, &set_expression},
    {{ActionKind::add_identity}, &add_identity},   {{ActionKind::set_identity}, &set_identity},
    {{ActionKind::drop_default}, &drop_default},   {{ActionKind::drop_expression}, &drop_expression}};

}  // namespace
}  // namespace pgdrill::review
