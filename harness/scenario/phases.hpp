// The phases of a rollback that a fault can be aimed at: each lies between two marks of the journal.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace pgdrill::scenario {

struct Phase {
  std::string name;
  std::string begins_with;  ///< mark; empty for "step": the step that the fault runs beside
  std::string ends_with;
};

/// migration, recovery, base-restore, replay, promotion, step.
[[nodiscard]] std::vector<Phase> const& phases();
[[nodiscard]] Phase const* find_phase(std::string_view name);  ///< null for an unknown name

}  // namespace pgdrill::scenario
