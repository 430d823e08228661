// Tables for kubectl get: the columns that Kubernetes, CNPG's and Flux's resource definitions print.
#pragma once
#include <string>
#include <vector>

#include "harness/base/time.hpp"
#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

struct Column {
  std::string_view name;
  std::string_view type = "string";  ///< as in OpenAPI
  int priority = 0;                  ///< 1: only with -o wide
  json::value (*cell)(json::value const& object, WallTime now) = nullptr;
};

[[nodiscard]] std::vector<Column> columns_of(kube::ResourceType const& type);

/// A meta.k8s.io/v1 Table. `include_object`: "None", "Metadata" (default) or "Object".
[[nodiscard]] json::value make_table(kube::ResourceType const& type, std::vector<json::value> const& objects,
                                     std::string const& version, std::string const& include_object);

/// "5s", "2m10s", "3h", "4d": as kubectl writes ages (k8s.io/apimachinery/pkg/util/duration).
[[nodiscard]] std::string human_duration(Duration duration);
/// The time since an RFC 3339 time at a path; "<unknown>" when there is none.
[[nodiscard]] std::string age_at(json::value const& object, std::string_view path, WallTime now);

}  // namespace pgdrill::sandbox
