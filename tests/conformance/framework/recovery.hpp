// What the chapters about point-in-time recovery share: an origin with a backup, and what can be restored of
// it.
#pragma once
#include "tests/conformance/framework/stage.hpp"

namespace pgdrill::conformance {

/// Positions of the origin after its last good transaction ("good") and before the bad one ("bad").
struct Targets {
  std::string backup_id;
  std::string time;
  std::string lsn;
  std::string name;
  std::string transaction;
};
[[nodiscard]] Targets& targets();

/// Restores `name` to the target, waits until it is healthy, notes its rows and removes it again.
[[nodiscard]] Task<> restore_and_look(Stage& stage, std::string name, json::object target);

/// Tries to restore `name` to a target that cannot be reached, until the recovery's first pod has failed;
/// notes what its log says.
[[nodiscard]] Task<> fail_to_restore(Stage& stage, std::string name, json::object target);

}  // namespace pgdrill::conformance
