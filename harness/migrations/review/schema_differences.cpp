#include "harness/migrations/review/schema_differences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace pgdrill::review {

namespace {

constexpr std::size_t most_differences = 5;

void compare_columns(Table const& before, Table const& after, std::vector<std::string>& differences) {
  std::string const table = before.name.text();
  for (Column const& column : before.columns) {
    Column const* const other = after.column(column.name);
    if (other == nullptr) {
      differences.push_back(fmt::format("column {}.{} is missing", table, column.name));
    } else if (other->type != column.type) {
      differences.push_back(fmt::format("column {}.{} is {} and was {}", table, column.name,
                                        other->type.text(), column.type.text()));
    } else if (other->not_null != column.not_null) {
      differences.push_back(fmt::format("column {}.{} {} NOT NULL", table, column.name,
                                        column.not_null ? "is no longer" : "is left"));
    } else if (other->default_text.empty() != column.default_text.empty()) {
      differences.push_back(fmt::format("column {}.{} {} a default", table, column.name,
                                        other->default_text.empty() ? "lost" : "keeps"));
    }
  }
  for (Column const& column : after.columns) {
    if (before.column(column.name) == nullptr)
      differences.push_back(fmt::format("column {}.{} is left", table, column.name));
  }
}

bool has_constraint(Table const& table, std::string const& name) {
  return std::any_of(table.constraints.begin(), table.constraints.end(),
                     [&](Constraint const& one) { return one.name == name; });
}

void compare_constraints(Table const& before, Table const& after, std::vector<std::string>& differences) {
  for (Constraint const& one : before.constraints) {
    if (!has_constraint(after, one.name))
      differences.push_back(fmt::format("constraint {} is missing", one.name));
  }
  for (Constraint const& one : after.constraints) {
    if (!has_constraint(before, one.name))
      differences.push_back(fmt::format("constraint {} is left", one.name));
  }
}

/// Those that the other schema does not share: a table that nobody changed is one object in both.
std::vector<Table const*> changed(std::vector<Table const*> const& tables, std::vector<Table const*> other) {
  std::sort(other.begin(), other.end());
  std::vector<Table const*> alone;
  std::copy_if(tables.begin(), tables.end(), std::back_inserter(alone),
               [&](Table const* table) { return !std::binary_search(other.begin(), other.end(), table); });
  return alone;
}

}  // namespace

std::vector<std::string> schema_differences(Schema const& before, Schema const& after) {
  std::vector<std::string> differences;
  for (Table const* const table : changed(before.tables(), after.tables())) {
    Table const* const other = after.table(table->name);
    if (other == nullptr) {
      differences.push_back(fmt::format("table {} is missing", table->name.text()));
    } else if (table->complete && other->complete) {
      compare_columns(*table, *other, differences);
      compare_constraints(*table, *other, differences);
    }
  }
  for (Table const* const table : changed(after.tables(), before.tables())) {
    if (before.table(table->name) == nullptr)
      differences.push_back(fmt::format("table {} is left", table->name.text()));
  }
  if (differences.size() > most_differences) differences.resize(most_differences);
  return differences;
}

}  // namespace pgdrill::review
