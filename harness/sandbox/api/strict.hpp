// fieldValidation=Strict: fields at the top of an object that its kind does not have.
#pragma once
#include <string_view>

#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

/// 400 as Kubernetes says it: 'strict decoding error: unknown field "spex"'. Only for validation "Strict".
[[nodiscard]] Result<> check_strict(kube::ResourceType const& type, kube::Object const& object,
                                    std::string_view validation);

}  // namespace pgdrill::sandbox
