// Whether a change of type rewrites the table, as measured on PostgreSQL 15 and 18.
#pragma once
#include <string>

#include "harness/migrations/review/effect.hpp"

namespace pgdrill::review {

struct TypeChange {
  Cost cost = Cost::rewrite;  ///< none, index_build or rewrite
  bool narrows = false;       ///< values can be refused, cut or rounded
  std::string reason;         ///< "varchar(20) to text keeps every stored value"
};

/// `from` may be empty for "not known": then what the target type allows at best is not assumed.
[[nodiscard]] TypeChange type_change(Type const& from, Type const& to, Schema const& schema,
                                     bool session_is_utc);

/// Whether old values come back when the type is changed back: no value was cut or rounded on the way.
[[nodiscard]] bool returns_lossless(Type const& from, Type const& to);

}  // namespace pgdrill::review
