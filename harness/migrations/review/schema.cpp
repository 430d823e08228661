#include "harness/migrations/review/schema.hpp"

#include <algorithm>

namespace pgdrill::review {

Column const* Table::column(std::string const& wanted) const {
  auto const found =
      std::find_if(columns.begin(), columns.end(), [&](Column const& one) { return one.name == wanted; });
  return found == columns.end() ? nullptr : &*found;
}

Column* Table::column(std::string const& wanted) {
  return const_cast<Column*>(static_cast<Table const*>(this)->column(wanted));
}

std::vector<std::string> Table::key() const {
  for (Constraint const& constraint : constraints) {
    if (constraint.kind == 'p') return constraint.columns;
  }
  for (Constraint const& constraint : constraints) {
    bool const filled =
        std::all_of(constraint.columns.begin(), constraint.columns.end(), [&](auto const& wanted) {
          Column const* const one = column(wanted);
          return one != nullptr && one->not_null;
        });
    if (constraint.kind == 'u' && filled && !constraint.columns.empty()) return constraint.columns;
  }
  return {};
}

Table const* Schema::table(Name const& name) const {
  auto const found = tables_->find(name.in_public().text());
  return found == tables_->end() ? nullptr : &*found->second;
}

Table* Schema::table(Name const& name) {
  std::string const key = name.in_public().text();
  return tables_->contains(key) ? &own(key) : nullptr;
}

Table& Schema::add(Table table) {
  Shared<Table>& place = tables_.own()[table.name.in_public().text()];
  place = Shared<Table>();
  place.own() = std::move(table);
  return place.own();
}

Index const* Schema::index(Name const& name) const {
  auto const found = indexes_->find(name.name);
  return found == indexes_->end() ? nullptr : found->second.get();
}

bool Schema::names_index(Name const& name) const {
  if (index(name) != nullptr) return true;
  return std::any_of(tables_->begin(), tables_->end(), [&](auto const& entry) {
    auto const& constraints = entry.second->constraints;
    return std::any_of(constraints.begin(), constraints.end(), [&](Constraint const& one) {
      return one.name == name.name && (one.kind == 'p' || one.kind == 'u' || one.kind == 'x');
    });
  });
}

std::vector<Index> Schema::indexes_of(Name const& table) const {
  std::vector<Index> of_table;
  for (auto const& [name, index] : *indexes_) {
    if (same_relation(index->table, table)) of_table.push_back(*index);
  }
  return of_table;
}

UserType const* Schema::type(Name const& name) const {
  auto const found = types_->find(name.in_public().text());
  return found == types_->end() ? nullptr : &found->second;
}

bool Schema::may_be_domain(Type const& wanted) const {
  if (all_types_ || wanted.array || type({wanted.schema, wanted.name}) != nullptr) return false;
  return !wanted.schema.empty() || !is_common_type(wanted.name);
}

bool is_type(Type const& type, Name const& name) { return same_relation({type.schema, type.name}, name); }

void Schema::rename_type(Name const& from, std::string const& to) {
  auto node = types_.own().extract(from.in_public().text());
  if (node.empty()) return;
  node.key() = Name{from.schema, to}.in_public().text();
  types_.own().insert(std::move(node));
  for (auto& [name, table] : tables_.own()) {
    for (std::size_t i = 0; i < table->columns.size(); ++i) {
      if (is_type(table->columns[i].type, from)) table.own().columns[i].type.name = to;
    }
  }
}

std::vector<Table const*> Schema::partitions_of(Name const& parent) const {
  std::vector<Table const*> partitions;
  for (auto const& [name, table] : *tables_) {
    if (table->parent && same_relation(*table->parent, parent)) partitions.push_back(&*table);
  }
  return partitions;
}

Table const* Schema::default_partition_of(Name const& parent) const {
  for (Table const* const partition : partitions_of(parent)) {
    if (partition->default_partition) return partition;
  }
  return nullptr;
}

std::vector<Table const*> Schema::referencing(Name const& table) const {
  std::vector<Table const*> found;
  for (auto const& [name, other] : *tables_) {
    bool const refers =
        std::any_of(other->constraints.begin(), other->constraints.end(),
                    [&](Constraint const& c) { return c.kind == 'f' && same_relation(c.referenced, table); });
    if (refers) found.push_back(&*other);
  }
  return found;
}

std::optional<char> Schema::volatility(std::string const& function) const {
  auto const found = volatility_->find(function);
  return found == volatility_->end() ? std::nullopt : std::optional(found->second);
}

std::vector<Table const*> Schema::tables() const {
  std::vector<Table const*> all;
  for (auto const& [name, table] : *tables_) all.push_back(&*table);
  return all;
}

void Schema::settle() {
  auto const is_fresh = [](auto const& entry) { return entry.second->fresh; };
  if (!std::any_of(tables_->begin(), tables_->end(), is_fresh)) return;
  for (auto& [name, table] : tables_.own()) {
    if (table->fresh) table.own().fresh = false;
  }
}

void Schema::drop_table(Name const& name) {
  tables_.own().erase(name.in_public().text());
  std::erase_if(indexes_.own(), [&](auto const& entry) { return same_relation(entry.second->table, name); });
}

void Schema::forget_users(std::string const& user) {
  auto const goes = [&](Table::User const& one) { return one.name.starts_with(user); };
  std::vector<std::string> used;
  for (auto const& [key, table] : *tables_) {
    if (std::any_of(table->users.begin(), table->users.end(), goes)) used.push_back(key);
  }
  for (std::string const& key : used) std::erase_if(own(key).users, goes);
}

void Schema::rename_table(Name const& from, Name const& to) {
  auto node = tables_.own().extract(from.in_public().text());
  if (node.empty()) return;
  node.key() = to.in_public().text();
  node.mapped().own().name = to;
  for (UpdateTrigger& trigger : node.mapped().own().update_triggers) trigger.definition.clear();
  tables_.own().insert(std::move(node));
  for (Index index : indexes_of(from)) {
    index.table = to;
    index.definition.clear();  // it names the table as it was
    set_index(std::move(index));
  }
  for (auto& [name, table] : tables_.own()) {
    if (table->parent && same_relation(*table->parent, from)) table.own().parent = to;
    for (std::size_t i = 0; i < table->constraints.size(); ++i) {
      if (!same_relation(table->constraints[i].referenced, from)) continue;
      table.own().constraints[i].referenced = to;
      table.own().constraints[i].definition.clear();
    }
  }
}

}  // namespace pgdrill::review
