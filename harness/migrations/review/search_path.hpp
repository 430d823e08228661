// Where PostgreSQL looks for names that stand without a schema; see PostgreSQL's manual, "The Schema Search
// Path".
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/review/parser.hpp"
#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

using SearchPath = std::vector<std::string>;

/// The statement with a schema for every table that it names without one: the first of the path that is known
/// to have it, else the path's first, where PostgreSQL would create it. Types likewise, if they are known.
/// Names of PostgreSQL's own catalogue and of WITH stay as they are. An empty path changes nothing.
[[nodiscard]] ParsedStatement with_schemas(ParsedStatement const& statement, SearchPath const& path,
                                           Schema const& schema);

}  // namespace pgdrill::review
