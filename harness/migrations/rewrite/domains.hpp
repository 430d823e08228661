// Columns of a domain: what it refuses stops the files half-way, unless it is seen before them.
#pragma once
#include "harness/base/error.hpp"
#include "harness/migrations/review/schema.hpp"
#include "harness/migrations/rewrite/sync_trigger.hpp"

namespace pgdrill::review {

/// Refuses a domain that refuses NULL, or one on top of it: a column that is added, or comes back, begins
/// empty.
[[nodiscard]] Result<> check_domain(Type const& type, Schema const& schema, std::string const& what);

/// SQL that stops, before anything is changed, at the first row of which a domain refuses the next value;
/// empty when no domain with a constraint is among the types.
[[nodiscard]] std::string try_domains(Name const& table, std::vector<Computed> const& next,
                                      std::vector<Type> const& types, Schema const& schema);

}  // namespace pgdrill::review
