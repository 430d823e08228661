// What the plugin does is backup and restore: two scenarios that must pass with it, one that must not.
// restore-under-fire comes last: a Backup that is asked for while the former primary comes back after its
// failover may stay started for long, which is the plugin's affair and no drill's.
#include "tests/e2e/scenarios/real_drill.hpp"

namespace pgdrill::test {
namespace {

class ByPlugin : public RealDrill {};

TEST_P(ByPlugin, ComesToTheSandboxsVerdict) { run_scenario("by-plugin", "plugin"); }

INSTANTIATE_TEST_SUITE_P(Scenarios, ByPlugin,
                         testing::ValuesIn(expected({"DataRollback", "TooLate", "RestoreUnderFire"})),
                         name_of);

}  // namespace
}  // namespace pgdrill::test
