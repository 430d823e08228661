// Effects of constraints, triggers, rules, policies.
#include <fmt/format.h>

#include "harness/migrations/review/effect.hpp"
#include "harness/migrations/review/foreign_key_locks.hpp"

namespace pgdrill::review {

namespace {

Effect add_foreign_key(Action const& action) {
  Effect effect{
      .locks = {{action.table, Lock::share_row_exclusive}, {action.other, Lock::share_row_exclusive}}};
  if (!action.not_valid) {
    effect.cost = Cost::scan;
    effect.cost_reason = fmt::format("every row is looked up in {}", action.other.text());
  }
  effect.breaks_old = "a version that writes rows without a partner there, or deletes partners first, fails";
  return effect;
}

Effect add_check(Action const& action, Situation const& situation) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}};
  bool const enforced = !situation.has_newer("NOT ENFORCED");
  if (!action.not_valid && enforced) {
    effect.cost = Cost::scan;
    effect.cost_reason = "the condition is verified in every row";
  }
  if (enforced)
    effect.breaks_old = "a version that writes rows against the condition fails, NOT VALID or not";
  return effect;
}

Effect add_index_constraint(Action const& action, Situation const& situation, std::string const& contype) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}};
  std::string const index_name = get_string(*action.node, "indexname");
  if (index_name.empty()) {
    effect.cost = Cost::index_build;
    effect.cost_reason = "its index is built under the lock";
  } else if (contype == "CONSTR_PRIMARY") {
    Table const* const table = situation.schema->table(action.table);
    Index const* const index = situation.schema->index({"", index_name});
    bool nullable = table == nullptr || index == nullptr;
    if (!nullable) {
      for (std::string const& name : index->columns) {
        Column const* const column = table->column(name);
        nullable = nullable || column == nullptr || !column->not_null;
      }
    }
    if (nullable) {
      effect.cost = Cost::scan;
      effect.uncertain = table == nullptr || index == nullptr;
      effect.cost_reason = "columns of a primary key that are not NOT NULL yet are read for NULL";
    }
  }
  if (contype != "CONSTR_PRIMARY") effect.breaks_old = "a version that writes duplicates fails";
  return effect;
}

Effect add_constraint(Action const& action, Situation const& situation) {
  std::string const contype = get_string(*action.node, "contype");
  Effect effect = contype == "CONSTR_FOREIGN" ? add_foreign_key(action)
                  : contype == "CONSTR_CHECK" ? add_check(action, situation)
                                              : add_index_constraint(action, situation, contype);
  effect.undo = Undo::lossless;
  effect.undo_how = "DROP CONSTRAINT";
  return effect;
}

/// Dropping a foreign key takes the strongest lock on the referenced table too, dropping a key with CASCADE
/// on the referencing ones; squawk says nothing of it.
Effect drop_constraint(Action const& action, Situation const& situation) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}};
  if (Table const* const table = situation.schema->table(action.table)) {
    for (Constraint const& constraint : table->constraints) {
      if (constraint.name != action.name) continue;
      if (constraint.kind == 'f') effect.locks.push_back({constraint.referenced, Lock::access_exclusive});
      bool const is_key = constraint.kind == 'p' || constraint.kind == 'u';
      if (is_key && action.cascade)
        lock_referencing(effect, action.table, constraint.columns, *situation.schema);
    }
  }
  effect.breaks_old = "a version that relies on the database to refuse wrong rows no longer can";
  effect.undo = Undo::lossy;
  effect.undo_how = "ADD CONSTRAINT again; it fails once a row stands against it";
  return effect;
}

Effect validate(Action const& action, Situation const& situation) {
  Effect effect{.locks = {{action.table, Lock::share_update_exclusive}}, .cost = Cost::scan};
  effect.cost_reason = "every row is verified, while others read and write";
  if (Table const* const table = situation.schema->table(action.table)) {
    for (Constraint const& constraint : table->constraints) {
      if (constraint.name != action.name) continue;
      if (constraint.kind == 'f') effect.locks.push_back({constraint.referenced, Lock::row_share});
      // PostgreSQL remembers that it was verified.
      if (constraint.valid) effect.cost = Cost::none;
    }
  }
  return effect;
}

Effect strongest_on_table(Action const& action, Situation const&) {
  return {.locks = {{action.table, Lock::access_exclusive}}, .undo = Undo::lossless};
}

Effect create_rule(Action const& action, Situation const& situation) {
  Effect effect = strongest_on_table(action, situation);
  effect.undo_how = "DROP RULE";
  if (!get_bool(*action.node, "instead")) return effect;
  effect.breaks_old = "what it reads or writes there is replaced by what the rule says, without an error";
  effect.undo = Undo::lossy;
  effect.undo_how = "DROP RULE; what was written meanwhile never reached the table";
  return effect;
}

Effect alter_constraint(Action const& action, Situation const& situation) {
  Effect effect = strongest_on_table(action, situation);
  if (!get_bool(*action.node, "def.Constraint.initdeferred"))
    effect.breaks_old = "a version whose transactions are right only at their end fails";
  effect.undo_how = "ALTER CONSTRAINT back";
  return effect;
}

Effect trigger(Action const& action, Situation const&) {
  Effect effect{.locks = {{action.table, Lock::share_row_exclusive}}, .undo = Undo::lossless};
  effect.undo_how = fmt::format("DROP TRIGGER {}", action.name);
  return effect;
}

Effect toggled_trigger(Action const& action, Situation const&) {
  Effect effect{.locks = {{action.table, Lock::share_row_exclusive}}};
  bool const disables = action.kind == ActionKind::disable_trigger;
  if (disables) effect.breaks_old = "what the trigger does for writers is no longer done";
  effect.undo = disables ? Undo::lossy : Undo::lossless;
  effect.undo_how = disables ? "ENABLE TRIGGER; rows written meanwhile never passed it" : "DISABLE TRIGGER";
  return effect;
}

Effect drop_trigger(Action const& action, Situation const&) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}};
  effect.breaks_old = "what the trigger does for writers is no longer done";
  effect.undo = Undo::lossy;
  effect.undo_how = "CREATE TRIGGER again; rows written meanwhile never passed it";
  return effect;
}

Effect row_security(Action const& action, Situation const&) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}, .undo = Undo::lossless};
  effect.breaks_old = "the former version may see or write fewer rows, without an error";
  effect.undo_how = "restore the former policies";
  return effect;
}

RegisterEffect const constraints[] = {
    {{ActionKind::add_constraint}, &add_constraint},
    {{ActionKind::drop_constraint}, &drop_constraint},
    {{ActionKind::validate_constraint}, &validate},
    {{ActionKind::alter_constraint}, &alter_constraint},
    {{ActionKind::create_rule}, &create_rule},
    {{ActionKind::rename_constraint, ActionKind::replica_identity, ActionKind::set_storage, ActionKind::owner,
      ActionKind::inherit},
     &strongest_on_table},
    {{ActionKind::create_trigger}, &trigger},
    {{ActionKind::disable_trigger, ActionKind::enable_trigger}, &toggled_trigger},
    {{ActionKind::drop_trigger}, &drop_trigger},
    {{ActionKind::row_security}, &row_security}};

}  // namespace
}  // namespace pgdrill::review
