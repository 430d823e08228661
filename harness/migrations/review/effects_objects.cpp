// Effects on rows, and on what is neither table, column, index nor constraint.
#include <fmt/format.h>

#include "harness/migrations/review/effect.hpp"
#include "harness/migrations/review/row_changes.hpp"

namespace pgdrill::review {

namespace {

Effect change_rows(Action const& action, Situation const&) {
  Effect effect{.locks = {{action.table, Lock::row_exclusive}}, .cost = Cost::rows};
  bool const adds = action.kind == ActionKind::insert && !overwrites(action);
  effect.undo = adds ? Undo::lossless : Undo::impossible;
  effect.undo_how =
      adds ? "DELETE the rows" : "the former values come back from a copy made before, or from a backup";
  if (changes_every_row(action)) {
    effect.cost = Cost::scan;
    effect.cost_reason = "every row is written and stays locked until the transaction ends";
  }
  return effect;
}

Effect add_enum_value(Action const& action, Situation const&) {
  Effect effect{.undo = Undo::lossy};
  effect.breaks_old = fmt::format("a version that does not know '{}' fails when it reads it", action.name);
  effect.breaks_when_used = true;
  effect.undo_how = "a label cannot be dropped: only a new type without it, and a new column, undo it";
  return effect;
}

Effect rename_enum_value(Action const& action, Situation const&) {
  Effect effect{.undo = Undo::lossless};
  effect.breaks_old = "a version that uses the former label fails";
  effect.breaks_new = fmt::format("a version that uses '{}' fails before it", action.name);
  effect.undo_how = "RENAME VALUE back";
  return effect;
}

Effect domain_constraint(Action const& action, Situation const& situation) {
  Effect effect{.undo = Undo::lossless, .undo_how = "ALTER DOMAIN ... DROP CONSTRAINT"};
  effect.breaks_old = "a version that writes values against it fails";
  if (get_string(*action.node, "subtype") == "V") {
    effect.breaks_old.clear();
    effect.undo = Undo::none_needed;
    effect.undo_how.clear();
  }
  if (action.not_valid) return effect;
  effect.cost = Cost::scan;
  effect.cost_reason = "every table that uses the domain is read, with writers kept out";
  for (Table const* const table : situation.schema->tables()) {
    for (Column const& column : table->columns) {
      if (column.type.name == action.table.name) effect.locks.push_back({table->name, Lock::share});
    }
  }
  if (effect.locks.empty())
    effect.locks = {{{"", "every table that uses " + action.table.text()}, Lock::share}};
  return effect;
}

/// DROP TYPE, DOMAIN or FUNCTION with CASCADE drops the columns that use it, with what is in them:
/// https://www.postgresql.org/docs/15/ddl-depend.html
Effect drop_with_columns(Action const& action, Situation const& situation) {
  Effect effect{.undo = Undo::impossible,
                .undo_how = "only a backup brings back the columns that CASCADE drops with it"};
  effect.breaks_old = fmt::format("whatever uses {} fails, and columns that do are gone", action.name);
  for (Table const* const table : situation.schema->tables()) {
    for (Column const& column : table->columns) {
      if (column.type.name == action.table.name)
        effect.locks.push_back({table->name, Lock::access_exclusive});
    }
  }
  if (effect.locks.empty())
    effect.locks = {{{"", "every table that uses " + action.table.text()}, Lock::access_exclusive}};
  return effect;
}

Effect drop_object(Action const& action, Situation const& situation) {
  bool const takes_columns = action.object == "TYPE" || action.object == "DOMAIN" ||
                             action.object == "FUNCTION" || action.object == "ROUTINE";
  if (action.cascade && takes_columns) return drop_with_columns(action, situation);
  Effect effect;
  bool const holds_data = action.object == "SCHEMA" || action.object == "DATABASE" ||
                          action.object == "OWNED" || action.object == "SEQUENCE" ||
                          action.object == "EXTENSION";
  effect.undo = holds_data ? Undo::impossible : Undo::lossless;
  effect.undo_how =
      holds_data ? "only a backup brings back what it held" : "CREATE it again from the former migration";
  bool const used = action.object != "STATISTIC EXT" && action.object != "EVENT TRIGGER";
  if (used)
    effect.breaks_old = action.object == "OWNED" ? "whatever uses what the role owns fails"
                                                 : fmt::format("whatever uses {} fails", action.name);
  bool const relation =
      action.object == "VIEW" || action.object == "MATERIALIZED VIEW" || action.object == "RULE";
  if (relation) effect.locks = {{action.table, Lock::access_exclusive}};
  return effect;
}

Effect rename_object(Action const& action, Situation const&) {
  Effect effect{.undo = Undo::lossless, .undo_how = "rename it back"};
  effect.breaks_old = "whatever uses the former name fails";
  effect.breaks_new = "whatever uses the new name fails before it";
  bool const relation = action.object.ends_with("VIEW") || action.object == "COLUMN";
  if (relation) effect.locks = {{action.table, Lock::access_exclusive}};
  return effect;
}

Effect replace_object(Action const& action, Situation const&) {
  Effect effect{.undo = Undo::lossless, .undo_how = "CREATE OR REPLACE the former definition"};
  if (action.kind == ActionKind::replace_view) {
    effect.locks = {{action.table, Lock::access_exclusive}};
    effect.undo_how =
        "CREATE OR REPLACE cannot take columns away again: DROP VIEW and CREATE VIEW the former one";
  }
  return effect;
}

/// Attributes of composite types, extensions and sequences; of anything else nothing is known.
Effect other(Action const& action, Situation const&) {
  Effect effect;
  if (action.object == "TYPE" && !action.column.empty()) {
    bool const drops = get_string(*action.node, "subtype") == "AT_DropColumn";
    effect.breaks_old =
        fmt::format("who reads values of {} by position or by this attribute fails", action.table.text());
    effect.undo = drops ? Undo::impossible : Undo::lossless;
    effect.undo_how = drops ? "only a backup brings back the values" : "DROP or ALTER ATTRIBUTE";
  } else if (action.object == "EXTENSION") {
    effect.undo = Undo::lossy;
    effect.undo_how = "ALTER EXTENSION UPDATE TO the former version, where the extension has scripts for it";
  } else if (action.object == "SEQUENCE") {
    effect.undo = Undo::lossy;
    effect.undo_how = "ALTER SEQUENCE with the former options; values that were given stay given";
  }
  return effect;
}

Effect revoke(Action const&, Situation const&) {
  return {.breaks_old = "a version that uses the privilege fails",
          .undo = Undo::lossless,
          .undo_how = "GRANT it again"};
}

Effect undone_by_drop(Action const&, Situation const&) {
  return {.undo = Undo::lossless, .undo_how = "DROP it"};
}

RegisterEffect const objects[] = {
    {{ActionKind::insert, ActionKind::update, ActionKind::delete_rows}, &change_rows},
    {{ActionKind::add_enum_value}, &add_enum_value},
    {{ActionKind::rename_enum_value}, &rename_enum_value},
    {{ActionKind::domain_constraint}, &domain_constraint},
    {{ActionKind::drop_object}, &drop_object},
    {{ActionKind::rename_object}, &rename_object},
    {{ActionKind::replace_view, ActionKind::replace_function}, &replace_object},
    {{ActionKind::revoke}, &revoke},
    {{ActionKind::other}, &other},
    {{ActionKind::create_type, ActionKind::create_domain, ActionKind::create_function}, &undone_by_drop}};

}  // namespace
}  // namespace pgdrill::review
