// What CNPG's validating webhook refuses.
#pragma once
#include "harness/base/json.hpp"

namespace pgdrill::sandbox::cnpg {

/// Checks a Cluster that is about to be created. Error kind invalid, status 422, code Invalid; `why` is the
/// webhook's text (field path, value, reason).
[[nodiscard]] Result<> validate_cluster(json::value const& cluster);
/// The same for a Backup.
[[nodiscard]] Result<> validate_backup(json::value const& backup);

}  // namespace pgdrill::sandbox::cnpg
