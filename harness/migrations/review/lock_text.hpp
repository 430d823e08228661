// How locks and their cost are said to people.
#pragma once
#include <string>

#include "harness/migrations/review/effect.hpp"

namespace pgdrill::review {

/// "holds ACCESS EXCLUSIVE on orders, which blocks reads and writes, during a full scan".
[[nodiscard]] std::string lock_text(Effect const& effect);
/// " (about 12,000,000 rows, 3.4 GiB)" when the live catalogue told; else empty.
[[nodiscard]] std::string size_text(Schema const& schema, Name const& table);

}  // namespace pgdrill::review
