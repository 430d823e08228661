// Kubernetes' protobuf bodies, as kubectl create sends for built-in kinds
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding).
#pragma once
#include <string_view>

#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

inline constexpr std::string_view protobuf_type = "application/vnd.kubernetes.protobuf";

/// The object, for kinds that are metadata and plain maps: Namespace, ConfigMap, Secret, ServiceAccount. 415
/// for others, 400 for what is no protobuf.
[[nodiscard]] Result<kube::Object> object_from_protobuf(kube::ResourceType const& type,
                                                        std::string_view bytes);

}  // namespace pgdrill::sandbox
