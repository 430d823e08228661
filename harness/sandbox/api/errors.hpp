// The API's failures as Errors, and Errors as the API's Status objects.
#pragma once
#include <string>
#include <string_view>

#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

/// "clusters.postgresql.cnpg.io", or "pods" in the core group: how the API names a resource in its messages.
[[nodiscard]] std::string qualified_name(kube::ResourceType const& type);

[[nodiscard]] Error not_found_error(kube::ResourceType const& type, std::string_view name);
[[nodiscard]] Error already_exists_error(kube::ResourceType const& type, std::string_view name);
/// 409 Conflict: `why` follows "Operation cannot be fulfilled on ...: ".
[[nodiscard]] Error conflict_error(kube::ResourceType const& type, std::string_view name,
                                   std::string_view why);
/// 422 Invalid: `field` is a dotted path, `detail` as in 'Invalid value: "x": must be ...'.
[[nodiscard]] Error invalid_error(kube::ResourceType const& type, std::string_view name,
                                  std::string_view field, std::string_view detail);
[[nodiscard]] Error bad_request_error(std::string message);
[[nodiscard]] Error forbidden_error(kube::ResourceType const& type, std::string_view name,
                                    std::string_view why);
[[nodiscard]] Error expired_error(std::uint64_t version, std::uint64_t oldest);
/// Any other failure of an API call, e.g. 405 MethodNotAllowed.
[[nodiscard]] Error api_error(int status, std::string reason, std::string message);

/// The Status object of a failure. `type` may be null.
[[nodiscard]] json::object status_of(Error const& error, kube::ResourceType const* type = nullptr,
                                     std::string_view name = "");

}  // namespace pgdrill::sandbox
