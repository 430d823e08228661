// Server-side apply (https://kubernetes.io/docs/reference/using-api/server-side-apply/): one managedFields
// entry per applying manager; what a manager applied before and applies no more goes.
#pragma once
#include "harness/sandbox/api/patch.hpp"

namespace pgdrill::sandbox {

[[nodiscard]] Result<json::value> applied(json::value const& object, PatchRequest const& request);

}  // namespace pgdrill::sandbox
