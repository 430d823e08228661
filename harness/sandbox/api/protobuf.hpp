// Kubernetes' protobuf bodies, as kubectl create and kubectl auth send for built-in kinds
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding).
#pragma once
#include <string_view>

#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

inline constexpr std::string_view protobuf_type = "application/vnd.kubernetes.protobuf";

/// The object, for Namespace, ConfigMap, Secret, ServiceAccount, Job and the reviews of reviews.hpp. 415 for
/// others, 400 for what is no protobuf.
[[nodiscard]] Result<kube::Object> object_from_protobuf(std::string_view kind, std::string_view bytes);

}  // namespace pgdrill::sandbox
