// An object as paths and values, without what no client can rely on.
#pragma once
#include <map>
#include <string>

#include "harness/base/json.hpp"

namespace pgdrill::conformance {

/// "status.conditions[Ready].status" -> "True". Lists are keyed by their members' type, name or key, else by
/// their place; lists of plain values are one value. Left out: identifiers, versions, managed fields, values
/// of Secrets, specifications of Pods and Jobs but for what a client addresses (containers, their ports and
/// variables).
[[nodiscard]] std::map<std::string, std::string> flatten(json::value const& object);

}  // namespace pgdrill::conformance
