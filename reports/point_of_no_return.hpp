// Was the captured state still within reach? The point of no return is the first moment from which the old
// state cannot be had again: the base backup or WAL of its target is gone.
#pragma once
#include <optional>
#include <string>

#include "reports/verdict.hpp"

namespace pgdrill::reports {

struct PointOfNoReturn {
  std::optional<bool> reached;  ///< empty: the run shows neither
  std::string evidence;         ///< what shows it
  std::string possible_until;   ///< RFC 3339: until then the retention policy keeps it; empty when not known
  std::string retention_policy;
  std::string retention_source;   ///< the object that says it, or would: "ObjectStore develop/store"
  std::string retention_unknown;  ///< why it is not known
};

/// Reached: a check of backup or archive failed, or the restore itself did. Not reached: the captured state
/// was restored and found equal.
[[nodiscard]] PointOfNoReturn point_of_no_return(Run const& run, Verdict const& verdict);

}  // namespace pgdrill::reports
