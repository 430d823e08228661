// Which fields a kind can be selected by
// (https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/).
#pragma once
#include <string_view>

#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

/// 400 for a field selector that names a field by which this kind cannot be selected.
[[nodiscard]] Result<> check_field_selector(kube::ResourceType const& type, std::string_view text);

}  // namespace pgdrill::sandbox
