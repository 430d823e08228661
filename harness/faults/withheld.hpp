// The mark on a Cluster whose store's key is withheld, and by which its instances come to read the Secret.
#pragma once
#include "harness/base/json.hpp"

namespace pgdrill::faults {

/// A merge patch that sets the annotation to a run's id, or takes it away (null).
[[nodiscard]] inline json::object withheld_annotation(json::value const& run_id) {
  return {{"metadata", {{"annotations", {{"pgdrill.io/store-credentials", run_id}}}}}};
}

}  // namespace pgdrill::faults
