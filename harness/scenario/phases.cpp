#include "harness/scenario/phases.hpp"

#include <algorithm>

namespace pgdrill::scenario {

std::vector<Phase> const& phases() {
  static std::vector<Phase> const all{{"migration", "migration-pushed", "damage-done"},
                                      {"recovery", "restore-requested", "cluster-ready"},
                                      {"base-restore", "recovery-started", "base-restored"},
                                      {"replay", "replay-started", "replay-stopped"},
                                      {"promotion", "replay-stopped", "promoted"},
                                      {"step", "", ""}};
  return all;
}

Phase const* find_phase(std::string_view name) {
  auto const found =
      std::find_if(phases().begin(), phases().end(), [name](Phase const& one) { return one.name == name; });
  return found == phases().end() ? nullptr : &*found;
}

}  // namespace pgdrill::scenario
