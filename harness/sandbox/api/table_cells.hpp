// The columns of built-in kinds, whose cells are more than a value at a path
// (k8s.io/kubernetes/pkg/printers).
#pragma once
#include "harness/sandbox/api/table.hpp"

namespace pgdrill::sandbox {

[[nodiscard]] json::value cell_age(json::value const& object, WallTime now);
[[nodiscard]] json::value cell_data_count(json::value const& object, WallTime now);
[[nodiscard]] json::value cell_time_zone(json::value const& object, WallTime now);
[[nodiscard]] json::value cell_suspend(json::value const& object, WallTime now);
[[nodiscard]] json::value cell_active(json::value const& object, WallTime now);
[[nodiscard]] json::value cell_last_schedule(json::value const& object, WallTime now);

[[nodiscard]] std::vector<Column> pod_columns();
[[nodiscard]] std::vector<Column> service_columns();
[[nodiscard]] std::vector<Column> job_columns();
[[nodiscard]] std::vector<Column> event_columns();
[[nodiscard]] std::vector<Column> claim_columns();

}  // namespace pgdrill::sandbox
