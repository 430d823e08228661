// Finds the migration histories of a database by themselves.
#pragma once
#include <vector>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

struct FoundHistory {
  Tool const* tool = nullptr;
  Table table;
  History history;
};

struct Histories {
  std::vector<FoundHistory> found;
  /// Tables that may be a history and could not be read or told, or are one by a guess.
  std::vector<Finding> findings;
};

/// Every history in every schema, in order of schema and table. Tells a tool by columns and, where those are
/// ordinary, by the look of the rows; an empty one by its usual name, which is said to be a guess. Reads
/// only, in the caller's transaction.
[[nodiscard]] Result<Histories> find_histories(pqxx::transaction_base& transaction,
                                               std::vector<Table> const& tables);

}  // namespace pgdrill::migrations
