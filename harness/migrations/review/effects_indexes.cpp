// Effects on indexes.
#include <fmt/format.h>

#include "harness/migrations/review/effect.hpp"

namespace pgdrill::review {

namespace {

Name table_of_index(Action const& action, Situation const& situation) {
  Index const* const index = situation.schema->index({"", action.name});
  return index == nullptr ? Name() : index->table;
}

Effect create_index(Action const& action, Situation const& situation) {
  Effect effect{.cost = Cost::index_build, .undo = Undo::lossless};
  bool const only = !get_bool(*action.node, "relation.inh");
  effect.locks = {{action.table, action.concurrently ? Lock::share_update_exclusive : Lock::share}};
  effect.cost_reason = action.concurrently
                           ? "built beside the traffic, after waiting for every older transaction"
                           : "the index is built under the lock";
  effect.needs_no_transaction = action.concurrently;
  if (Table const* const table = situation.schema->table(action.table);
      table != nullptr && table->partitioned) {
    if (only) effect.cost = Cost::none;
    for (Table const* const partition : situation.schema->partitions_of(action.table)) {
      if (!only) effect.locks.push_back({partition->name, Lock::share});
    }
  }
  if (get_bool(*action.node, "unique"))
    effect.breaks_old = "a version that writes duplicates fails, from before the index is valid";
  effect.undo_how = fmt::format("DROP INDEX CONCURRENTLY {}", action.name);
  return effect;
}

Effect drop_index(Action const& action, Situation const& situation) {
  Effect effect{.undo = Undo::lossless};
  Name table = table_of_index(action, situation);
  if (table.empty()) table = {"", "the table of " + action.name};
  effect.locks = {{table, action.concurrently ? Lock::share_update_exclusive : Lock::access_exclusive}};
  if (action.concurrently) effect.cost = Cost::wait;
  effect.needs_no_transaction = action.concurrently;
  effect.undo_how = "CREATE INDEX CONCURRENTLY again, which takes a build";
  return effect;
}

Effect reindex(Action const& action, Situation const& situation) {
  Effect effect{.cost = Cost::index_build, .undo = Undo::none_needed};
  Name const table = action.object == "INDEX" ? table_of_index(action, situation) : action.table;
  Name const shown = table.empty() ? Name{"", "the table of " + action.name} : table;
  effect.needs_no_transaction = action.concurrently || action.object == "SCHEMA" ||
                                action.object == "DATABASE" || action.object == "SYSTEM";
  // Planning a query opens all its table's indexes: the lock on the index keeps readers out too.
  effect.locks = {{shown, action.concurrently ? Lock::share_update_exclusive : Lock::access_exclusive}};
  effect.cost_reason = action.concurrently
                           ? "built beside the traffic"
                           : "the index is locked while it is built, and planning a query needs it";
  return effect;
}

Effect rename_index(Action const& action, Situation const&) {
  return {.locks = {{action.table, Lock::share_update_exclusive}}, .undo = Undo::lossless};
}

RegisterEffect const indexes[] = {{{ActionKind::create_index}, &create_index},
                                  {{ActionKind::drop_index}, &drop_index},
                                  {{ActionKind::reindex}, &reindex},
                                  {{ActionKind::rename_index, ActionKind::attach_index}, &rename_index}};

}  // namespace
}  // namespace pgdrill::review
