#include "harness/migrations/review/foreign_key_locks.hpp"

#include <algorithm>

namespace pgdrill::review {

namespace {

bool share_one(std::vector<std::string> const& left, std::vector<std::string> const& right) {
  return std::find_first_of(left.begin(), left.end(), right.begin(), right.end()) != left.end();
}

/// A foreign key that names no columns refers to the primary key; of a table that was not seen whole that may
/// be any column.
bool may_refer_to(Constraint const& foreign_key, std::vector<std::string> const& columns,
                  Schema const& schema) {
  if (columns.empty()) return true;
  if (!foreign_key.referenced_columns.empty()) return share_one(foreign_key.referenced_columns, columns);
  Table const* const referenced = schema.table(foreign_key.referenced);
  if (referenced == nullptr) return true;
  for (Constraint const& constraint : referenced->constraints) {
    if (constraint.kind == 'p') return share_one(constraint.columns, columns);
  }
  return !referenced->complete;
}

bool is_inherited(Constraint const& foreign_key, Table const& table, Schema const& schema) {
  Table const* const parent = table.parent ? schema.table(*table.parent) : nullptr;
  if (parent == nullptr) return false;
  return std::any_of(parent->constraints.begin(), parent->constraints.end(), [&](Constraint const& other) {
    return other.kind == 'f' && same_relation(other.referenced, foreign_key.referenced) &&
           other.columns == foreign_key.columns;
  });
}

}  // namespace

void lock_referenced(Effect& effect, Name const& table, std::string const& column, Schema const& schema) {
  Table const* const known = schema.table(table);
  if (known == nullptr) return;
  for (Constraint const& constraint : known->constraints) {
    bool const on_it = constraint.kind == 'f' && share_one(constraint.columns, {column});
    if (on_it && !same_relation(constraint.referenced, table))
      effect.locks.push_back({constraint.referenced, Lock::access_exclusive});
  }
}

void lock_referencing(Effect& effect, Name const& table, std::vector<std::string> const& columns,
                      Schema const& schema) {
  for (Table const* const other : schema.referencing(table)) {
    bool const refers =
        std::any_of(other->constraints.begin(), other->constraints.end(), [&](Constraint const& constraint) {
          return constraint.kind == 'f' && same_relation(constraint.referenced, table) &&
                 may_refer_to(constraint, columns, schema);
        });
    if (refers && !same_relation(other->name, table))
      effect.locks.push_back({other->name, Lock::access_exclusive});
  }
}

void lock_all_referenced(Effect& effect, Name const& table, Lock lock, Schema const& schema) {
  Table const* const known = schema.table(table);
  if (known == nullptr) return;
  for (Constraint const& constraint : known->constraints) {
    if (constraint.kind == 'f' && !same_relation(constraint.referenced, table))
      effect.locks.push_back({constraint.referenced, lock});
  }
}

void lock_referenced_by_own(Effect& effect, Name const& table, Schema const& schema) {
  Table const* const known = schema.table(table);
  if (known == nullptr) return;
  for (Constraint const& constraint : known->constraints) {
    bool const goes = constraint.kind == 'f' && !is_inherited(constraint, *known, schema);
    if (goes && !same_relation(constraint.referenced, table))
      effect.locks.push_back({constraint.referenced, Lock::access_exclusive});
  }
}

}  // namespace pgdrill::review
