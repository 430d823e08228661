// What the replacement of a primary key's column needs beyond that of any column: a second unique index, a
// second foreign key of everyone who refers to it, and at last the move of the key from one to the other.
#pragma once
#include <vector>

#include "harness/migrations/rewrite/rewriting.hpp"

namespace pgdrill::review {

struct KeyReplacement {
  Table const* table = nullptr;
  Schema const* schema = nullptr;
  std::string column;  ///< as the foreign keys name it now
};

/// The primary key that stands on the column alone; null when the column is none.
[[nodiscard]] Constraint const* key_on(Table const& table, std::string const& column);
/// Refuses keys on several columns and those who refer to it from partitioned tables.
[[nodiscard]] Result<> check_key(KeyReplacement const& replacement, std::string const& subject);
/// Phase validate: unique index and foreign keys on `next`, beside those on the former column.
[[nodiscard]] std::vector<PhaseFile> key_beside(KeyReplacement const& replacement, std::string const& next);
/// Phase contract: the key moves to `next`; both columns have the names that are given.
[[nodiscard]] PhaseFile move_key(KeyReplacement const& replacement, std::string const& former,
                                 std::string const& next);
/// The sequence that an identity or serial column draws from goes from one column to the other, with its
/// position and its options. Nothing when the column has none.
[[nodiscard]] std::string move_sequence(Table const& table, std::string const& from, std::string const& to);

}  // namespace pgdrill::review
