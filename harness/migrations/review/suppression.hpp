// Suppression by comment: -- pgdrill: allow RULE[, RULE]: REASON
#pragma once
#include <vector>

#include "harness/migrations/review/split.hpp"
#include "harness/migrations/review/sql_file.hpp"

namespace pgdrill::review {

[[nodiscard]] std::vector<Suppression> read_suppressions(SqlFile const& file,
                                                         std::vector<Piece> const& pieces);

}  // namespace pgdrill::review
