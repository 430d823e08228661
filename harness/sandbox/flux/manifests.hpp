// YAML manifests as objects, as kubectl reads them.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "harness/base/json.hpp"
#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

/// The documents of a YAML text; empty ones are left out. Plain scalars become booleans and numbers as in
/// YAML 1.2's core schema, quoted ones stay texts. Error invalid with line and column.
[[nodiscard]] Result<std::vector<json::value>> parse_manifests(std::string_view yaml, std::string_view name);

/// The kind that the sandbox serves for an object's apiVersion and kind. Error not_found as kubectl says it.
[[nodiscard]] Result<kube::ResourceType> type_of_manifest(json::value const& object);

}  // namespace pgdrill::sandbox
