#include "harness/migrations/review/schema.hpp"

#include <algorithm>

namespace pgdrill::review {

namespace {

/// The table for writing: not shared with a copy of the schema.
Table& own(std::shared_ptr<Table>& table) {
  if (table.use_count() > 1) table = std::make_shared<Table>(*table);
  return *table;
}

}  // namespace

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
  auto const found = tables_.find(name.in_public().text());
  return found == tables_.end() ? nullptr : found->second.get();
}

Table* Schema::table(Name const& name) {
  auto const found = tables_.find(name.in_public().text());
  return found == tables_.end() ? nullptr : &own(found->second);
}

Table& Schema::add(Table table) {
  std::string const key = table.name.in_public().text();
  return *tables_.insert_or_assign(key, std::make_shared<Table>(std::move(table))).first->second;
}

Index const* Schema::index(Name const& name) const {
  auto const found = indexes_.find(name.name);
  return found == indexes_.end() ? nullptr : &found->second;
}

std::vector<Index> Schema::indexes_of(Name const& table) const {
  std::vector<Index> of_table;
  for (auto const& [name, index] : indexes_) {
    if (index.table.in_public() == table.in_public()) of_table.push_back(index);
  }
  return of_table;
}

UserType const* Schema::type(Name const& name) const {
  auto const found = types_.find(name.in_public().text());
  return found == types_.end() ? nullptr : &found->second;
}

bool is_type(Type const& type, Name const& name) {
  return Name{type.schema, type.name}.in_public() == name.in_public();
}

void Schema::rename_type(Name const& from, std::string const& to) {
  auto node = types_.extract(from.in_public().text());
  if (node.empty()) return;
  node.key() = Name{from.schema, to}.in_public().text();
  types_.insert(std::move(node));
  for (auto& [name, table] : tables_) {
    for (std::size_t i = 0; i < table->columns.size(); ++i) {
      if (is_type(table->columns[i].type, from)) own(table).columns[i].type.name = to;
    }
  }
}

std::vector<Table const*> Schema::partitions_of(Name const& parent) const {
  std::vector<Table const*> partitions;
  for (auto const& [name, table] : tables_) {
    if (table->parent && table->parent->in_public() == parent.in_public()) partitions.push_back(table.get());
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
  for (auto const& [name, other] : tables_) {
    bool const refers = std::any_of(
        other->constraints.begin(), other->constraints.end(),
        [&](Constraint const& c) { return c.kind == 'f' && c.referenced.in_public() == table.in_public(); });
    if (refers) found.push_back(other.get());
  }
  return found;
}

std::optional<char> Schema::volatility(std::string const& function) const {
  auto const found = volatility_.find(function);
  return found == volatility_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Table const*> Schema::tables() const {
  std::vector<Table const*> all;
  for (auto const& [name, table] : tables_) all.push_back(table.get());
  return all;
}

void Schema::settle() {
  for (auto& [name, table] : tables_) {
    if (table->fresh) own(table).fresh = false;
  }
}

void Schema::drop_table(Name const& name) {
  tables_.erase(name.in_public().text());
  std::erase_if(indexes_,
                [&](auto const& entry) { return entry.second.table.in_public() == name.in_public(); });
}

void Schema::rename_table(Name const& from, Name const& to) {
  auto node = tables_.extract(from.in_public().text());
  if (node.empty()) return;
  node.key() = to.in_public().text();
  own(node.mapped()).name = to;
  tables_.insert(std::move(node));
  for (auto& [name, index] : indexes_) {
    if (index.table.in_public() != from.in_public()) continue;
    index.table = to;
    index.definition.clear();  // it names the table as it was
  }
  for (auto& [name, table] : tables_) {
    if (table->parent && table->parent->in_public() == from.in_public()) own(table).parent = to;
    for (std::size_t i = 0; i < table->constraints.size(); ++i) {
      if (table->constraints[i].referenced.in_public() != from.in_public()) continue;
      own(table).constraints[i].referenced = to;
      own(table).constraints[i].definition.clear();
    }
  }
}

}  // namespace pgdrill::review
