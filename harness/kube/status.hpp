// The API's Status (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/) as our
// Error.
#pragma once
#include <string>
#include <string_view>

#include "harness/base/error.hpp"
#include "harness/base/json.hpp"

namespace pgdrill::kube {

/// Error from an answer that is no success: reason and message come from the Status in the body; a body of
/// another form (a proxy's page, plain text) is quoted in part.
[[nodiscard]] Error status_error(int http_status, std::string_view body, std::string what, std::string where);

/// The same from a Status that came as an event of a watch.
[[nodiscard]] Error status_error(json::value const& status, std::string what, std::string where);

}  // namespace pgdrill::kube
