// Replaces a column by another one under traffic: what rename column, change type and change of a primary
// key's type have in common.
#pragma once
#include <optional>

#include "harness/migrations/rewrite/rewriting.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

struct Replacement {
  std::string subject;
  Table const* table = nullptr;
  Schema const* schema = nullptr;
  std::string column;          ///< as it is called now
  std::string next;            ///< as it is called while both are there
  std::string final_name;      ///< as it is called afterwards; with `column` equal to it the two swap names
  Type type;                   ///< of the next column
  std::string collation = {};  ///< its COLLATE, quoted; empty for that of its type
  bool keeps_storage = false;  ///< the former one's storage and compression, which a change of type resets
  /// A row stops the phases when the way back gives another value than it has: nobody said what it means.
  bool lossless = false;
  /// The next value from the former one and back; "%" stands for the column, "%%" for %. A cast to the type
  /// follows.
  std::string forward = "%";
  std::string backward = "%";
  std::optional<std::string> next_default = {};  ///< when the next column's is not the former one's
  /// Rows that the change at once would refuse and a cast would cut: "length(%) > 5". Empty for none.
  std::string refused = {};
};

/// Refuses what it cannot carry over: views, constraints on several columns, foreign keys to a column that is
/// not the primary key, no key to batch by, policies and others that stand on the column. Comment, rights and
/// statistics target go with it.
[[nodiscard]] Result<Rewriting> replace_column(Replacement const& replacement);
/// Leaves table and indexes in `schema` as they are when the replacement is done.
void apply(Replacement const& replacement, Schema& schema);

}  // namespace pgdrill::review
