// What a PATCH makes of an object, by the patch's media type
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply).
#pragma once
#include <string>
#include <string_view>

#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

struct PatchRequest {
  std::string content_type;
  std::string body;
  std::string field_manager = {};
  bool force = false;
  kube::ResourceType type = {};
};

/// The patched object. 400 for what is no patch, 415 for an unknown media type, 422 for a JSON patch that
/// fails, 409 for an apply against another manager's fields.
[[nodiscard]] Result<json::value> patched(json::value const& object, PatchRequest const& request);

/// RFC 7386: null deletes, objects merge, all else replaces.
void merge_patch(json::value& target, json::value const& patch);
/// RFC 6902. The error's text names the operation that failed.
[[nodiscard]] Result<> json_patch(json::value& target, json::value const& operations);
/// Kubernetes' own: lists of known fields merge by their key; $patch, $setElementOrder,
/// $deleteFromPrimitiveList and $retainKeys are understood.
void strategic_merge(json::value& target, json::value const& patch);

}  // namespace pgdrill::sandbox
