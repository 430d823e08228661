// JSON that people read: indented, numbers without exponents (Boost.JSON writes 1.5E0).
#pragma once
#include <string>

#include "harness/base/json.hpp"

namespace pgdrill::reports {

/// Members in their own order, six decimals at most, ends in a newline.
[[nodiscard]] std::string plain_json(json::value const& value);

}  // namespace pgdrill::reports
