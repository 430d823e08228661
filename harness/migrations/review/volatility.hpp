// Whether an expression can give another value in each row: then a default cannot be stored once for all
// rows.
#pragma once
#include <string>

#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

enum class Volatility { stable, unknown, is_volatile };

struct VolatilityFinding {
  Volatility volatility = Volatility::stable;
  std::string function = {};  ///< that decides
};

/// Built-in functions by PostgreSQL's own pg_proc.provolatile; others from CREATE FUNCTION in the files or
/// from the live catalogue, else unknown (PostgreSQL takes VOLATILE unless a function says otherwise).
[[nodiscard]] VolatilityFinding volatility_of(json::value const& expression, Schema const& schema);

}  // namespace pgdrill::review
