// Which changes count for the order of events across objects.
#pragma once
#include <string>

namespace pgdrill::conformance {

/// "Pod orders-1 Ready=True", or nothing for a change whose place among others says nothing.
[[nodiscard]] std::string milestone_of(std::string const& object, std::string const& path,
                                       std::string const& value);

}  // namespace pgdrill::conformance
