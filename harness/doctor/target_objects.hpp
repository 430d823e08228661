// What several checks read.
#pragma once
#include "harness/doctor/check.hpp"

namespace pgdrill::doctor {

/// The target's Cluster. Error not_found names those that there are.
[[nodiscard]] Task<Result<json::value>> get_cluster(Patient& patient);
/// One value by SQL as the superuser in the primary's pod.
[[nodiscard]] Task<Result<std::string>> ask(Patient& patient, std::string sql);

}  // namespace pgdrill::doctor
