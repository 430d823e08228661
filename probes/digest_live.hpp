// The rows and columns in which two live databases differ, by descending into buckets of keys.
#pragma once
#include "probes/digest_snapshot.hpp"

namespace pgdrill::probes {

struct LiveComparison {
  /// One per table and kind of change; `rows` names keys, those of changed rows with their columns: "id=7
  /// (note)".
  std::vector<engine::Difference> differences;
  /// Asked of each side, for the table that took most: 1 when it is the same, else 2 and one more for each
  /// factor of 1024 by which the table is larger than what is read row by row.
  int most_queries = 0;
};

/// Both are read in one snapshot each, so that nothing that changes meanwhile is taken for a difference; they
/// must be of one major version. Tables that only one side has, or whose columns differ, are told as such.
/// @param expected declared changes; those of rows and columns are told apart row by row, so that both may be
/// declared of one table, however large. Where more differs than is looked into, that is told as a
/// difference. Errors: of postgres::in_transaction; refused for two versions.
[[nodiscard]] Task<Result<LiveComparison>> compare_live(postgres::ConnectionParameters good,
                                                        postgres::ConnectionParameters actual,
                                                        DigestLimits limits, ExpectedChanges expected = {});

}  // namespace pgdrill::probes
