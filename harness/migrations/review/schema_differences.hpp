// What two states of a schema differ in, as far as migrations tell.
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

/// "column orders.state is left", "table carts is missing"; at most a handful. Tables whose definition was
/// not seen whole are not compared.
[[nodiscard]] std::vector<std::string> schema_differences(Schema const& before, Schema const& after);

}  // namespace pgdrill::review
