#include "harness/migrations/review/effect.hpp"

#include <algorithm>
#include <array>

#include "harness/migrations/review/dependants.hpp"

namespace pgdrill::review {

namespace {

std::map<ActionKind, EffectOf>& registered() {
  static std::map<ActionKind, EffectOf> effects;
  return effects;
}

/// A table that two foreign keys lead to is locked once.
std::vector<TableLock> strongest_for_each(std::vector<TableLock> const& locks) {
  std::vector<TableLock> kept;
  for (TableLock const& lock : locks) {
    auto const same = std::find_if(kept.begin(), kept.end(), [&](TableLock const& other) {
      return same_relation(other.table, lock.table);
    });
    if (same == kept.end()) {
      kept.push_back(lock);
    } else {
      same->lock = std::max(same->lock, lock.lock);
    }
  }
  return kept;
}

}  // namespace

std::string_view name_of(Lock lock) {
  static constexpr std::array<std::string_view, 9> names{
      "no lock", "ACCESS SHARE",        "ROW SHARE", "ROW EXCLUSIVE",   "SHARE UPDATE EXCLUSIVE",
      "SHARE",   "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};
  return names.at(static_cast<std::size_t>(lock));
}

std::string_view blocks(Lock lock) {
  switch (lock) {
    case Lock::access_exclusive:
      return "reads and writes";
    case Lock::exclusive:
    case Lock::share_row_exclusive:
    case Lock::share:
      return "writes";
    case Lock::share_update_exclusive:
      return "other DDL and VACUUM";
    default:
      return "";
  }
}

std::string_view name_of(Cost cost) {
  static constexpr std::array<std::string_view, 6> names{
      "catalogue only", "the rows it names", "waiting", "full scan", "index build", "full rewrite"};
  return names.at(static_cast<std::size_t>(cost));
}

std::string_view name_of(Undo undo) {
  static constexpr std::array<std::string_view, 4> names{"lossless", "lossy", "impossible", "none needed"};
  return names.at(static_cast<std::size_t>(undo));
}

Lock Effect::strongest() const {
  Lock lock = Lock::none;
  for (TableLock const& one : locks) lock = std::max(lock, one.lock);
  return lock;
}

bool Situation::has_newer(std::string_view word) const {
  return newer != nullptr && std::find(newer->begin(), newer->end(), word) != newer->end();
}

bool Situation::fresh(Name const& table) const {
  Table const* const known = schema->table(table);
  return known != nullptr && known->fresh;
}

RegisterEffect::RegisterEffect(std::initializer_list<ActionKind> kinds, EffectOf effect) {
  for (ActionKind const kind : kinds) registered()[kind] = effect;
}

Effect effect_of(Action const& action, Situation const& situation) {
  auto const found = registered().find(action.kind);
  if (found == registered().end()) return {};
  Effect effect = found->second(action, situation);
  effect.dependants = dependants_of(action, *situation.schema);
  // Nobody waits for a table that nobody uses, and nobody misses it.
  bool const own = situation.fresh(action.table);
  effect.locks = strongest_for_each(effect.locks);
  std::erase_if(effect.locks, [&](TableLock const& lock) { return situation.fresh(lock.table); });
  if (own) {
    effect.breaks_old.clear();
    effect.breaks_new.clear();
    effect.dependants.clear();
    effect.cost = Cost::none;
    effect.uncertain = false;
    if (effect.undo != Undo::none_needed) effect.undo = Undo::lossless;
  }
  return effect;
}

}  // namespace pgdrill::review
