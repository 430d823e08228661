// Effects on whole tables and partitions.
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/review/effect.hpp"
#include "harness/migrations/review/foreign_key_locks.hpp"

namespace pgdrill::review {

namespace {

Effect create_table(Action const& action, Situation const&) {
  Effect effect{.undo = Undo::lossy};
  effect.undo_how = "DROP TABLE; what was written to it meanwhile is lost";
  // A foreign key in the definition locks the referenced table against writers, for a moment.
  for (json::value const& element : list_of(find(*action.node, "tableElts"))) {
    std::vector<Constraint> constraints;
    if (json::value const* const column = find(element, "ColumnDef"))
      constraints = read_column(*column, action.table).constraints;
    if (json::value const* const constraint = find(element, "Constraint"))
      constraints = {read_constraint(*constraint, action.table, "")};
    for (Constraint const& constraint : constraints) {
      if (constraint.kind == 'f' && constraint.referenced != action.table)
        effect.locks.push_back({constraint.referenced, Lock::share_row_exclusive});
    }
  }
  return effect;
}

void lock_partitions(Effect& effect, Name const& parent, Situation const& situation) {
  for (Table const* const partition : situation.schema->partitions_of(parent))
    effect.locks.push_back({partition->name, Lock::access_exclusive});
}

Effect create_partition(Action const& action, Situation const& situation) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}, .undo = Undo::lossy};
  effect.undo_how = "DETACH PARTITION, DROP TABLE; its rows go with it";
  lock_all_referenced(effect, action.table, Lock::share_row_exclusive, *situation.schema);
  if (Table const* const other = situation.schema->default_partition_of(action.table)) {
    effect.locks.push_back({other->name, Lock::access_exclusive});
    effect.cost = Cost::scan;
    effect.cost_reason =
        fmt::format("default partition {} is read for rows that belong to the new one", other->name.text());
  }
  return effect;
}

Effect attach_partition(Action const& action, Situation const& situation) {
  Effect effect{
      .locks = {{action.table, Lock::share_update_exclusive}, {action.other, Lock::access_exclusive}},
      .cost = Cost::scan,
      .cost_reason = "every row of the partition is verified unless a valid CHECK implies its bounds",
      .undo = Undo::lossless};
  if (Table const* const other = situation.schema->default_partition_of(action.table))
    effect.locks.push_back({other->name, Lock::access_exclusive});
  effect.undo_how = "DETACH PARTITION";
  return effect;
}

Effect detach_partition(Action const& action, Situation const& situation) {
  Effect effect{.undo = Undo::lossless};
  effect.undo_how = "ATTACH PARTITION, which verifies its rows";
  effect.breaks_old = "its rows are no longer seen through the parent";
  effect.needs_no_transaction = action.concurrently;
  if (action.concurrently) {
    effect.locks = {{action.table, Lock::share_update_exclusive}, {action.other, Lock::access_exclusive}};
    effect.cost = Cost::wait;
    return effect;
  }
  effect.locks = {{action.table, Lock::access_exclusive}};
  lock_partitions(effect, action.table, situation);
  // The partition's own foreign keys take the place of its parent's.
  lock_all_referenced(effect, action.table, Lock::share_row_exclusive, *situation.schema);
  return effect;
}

/// A partition is no more found through its parent, nor its rows kept out of the default partition.
void lock_parent(Effect& effect, Name const& partition, Situation const& situation) {
  Table const* const table = situation.schema->table(partition);
  if (table == nullptr || !table->parent) return;
  effect.locks.push_back({*table->parent, Lock::access_exclusive});
  Table const* const other = situation.schema->default_partition_of(*table->parent);
  if (other != nullptr && other != table) effect.locks.push_back({other->name, Lock::access_exclusive});
}

Effect drop_table(Action const& action, Situation const& situation) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}, .undo = Undo::impossible};
  lock_referenced_by_own(effect, action.table, *situation.schema);
  if (action.cascade) lock_referencing(effect, action.table, {}, *situation.schema);
  lock_partitions(effect, action.table, situation);
  lock_parent(effect, action.table, situation);
  effect.breaks_old = fmt::format("statements that name {} fail", action.table.text());
  effect.undo_how =
      "only a backup brings the rows back; a rename first keeps them until nobody misses the table";
  return effect;
}

Effect rename_table(Action const& action, Situation const&) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}, .undo = Undo::lossless};
  effect.breaks_old = fmt::format("statements that name {} fail", action.table.text());
  effect.breaks_new = "statements that use the new name fail before it";
  effect.undo_how = "rename it back";
  return effect;
}

/// Whoever refers to a table that is emptied is emptied, too.
void lock_chain(Effect& effect, Schema const& schema) {
  for (std::size_t i = 0; i < effect.locks.size(); ++i) {
    for (Table const* const other : schema.referencing(effect.locks[i].table)) {
      bool const known = std::any_of(effect.locks.begin(), effect.locks.end(), [&](TableLock const& lock) {
        return same_relation(lock.table, other->name);
      });
      if (!known) effect.locks.push_back({other->name, Lock::access_exclusive});
    }
  }
}

Effect truncate(Action const& action, Situation const& situation) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}, .undo = Undo::impossible};
  if (action.cascade) lock_chain(effect, *situation.schema);
  effect.breaks_old = "all rows are gone";
  effect.undo_how = "only a backup brings the rows back";
  return effect;
}

Effect rewrite(Action const& action, Situation const&) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}, .cost = Cost::rewrite};
  effect.cost_reason = "the whole table is written anew under the lock";
  effect.undo = Undo::lossless;
  effect.undo_how = "the same work the other way round";
  effect.needs_no_transaction = action.kind == ActionKind::vacuum_full;
  if (action.kind == ActionKind::vacuum_full || action.kind == ActionKind::cluster)
    effect.undo = Undo::none_needed;
  return effect;
}

Effect refresh(Action const& action, Situation const&) {
  Effect effect{.locks = {{action.table, action.concurrently ? Lock::exclusive : Lock::access_exclusive}},
                .cost = action.concurrently ? Cost::rows : Cost::rewrite};
  effect.cost_reason = "its query runs while the view is locked";
  return effect;
}

Effect lock_table(Action const& action, Situation const&) {
  auto const mode = static_cast<std::size_t>(get_int(*action.node, "mode", 8));
  return {.locks = {{action.table, static_cast<Lock>(mode <= 8 ? mode : 8)}}};
}

Effect set_options(Action const& action, Situation const&) {
  return {.locks = {{action.table, Lock::share_update_exclusive}}, .undo = Undo::lossless};
}

Effect set_schema(Action const& action, Situation const&) {
  Effect effect{.locks = {{action.table, Lock::access_exclusive}}, .undo = Undo::lossless};
  effect.breaks_old =
      fmt::format("statements that name {} fail unless the search path finds it", action.table.text());
  effect.breaks_new = "statements that name it in the new schema fail before it";
  effect.undo_how = "SET SCHEMA back";
  return effect;
}

RegisterEffect const tables[] = {
    {{ActionKind::create_table}, &create_table},
    {{ActionKind::create_partition}, &create_partition},
    {{ActionKind::attach_partition}, &attach_partition},
    {{ActionKind::detach_partition}, &detach_partition},
    {{ActionKind::drop_table}, &drop_table},
    {{ActionKind::rename_table}, &rename_table},
    {{ActionKind::set_schema}, &set_schema},
    {{ActionKind::truncate}, &truncate},
    {{ActionKind::set_logged, ActionKind::move_table, ActionKind::vacuum_full, ActionKind::cluster},
     &rewrite},
    {{ActionKind::refresh}, &refresh},
    {{ActionKind::lock}, &lock_table},
    {{ActionKind::set_options}, &set_options}};

}  // namespace
}  // namespace pgdrill::review
