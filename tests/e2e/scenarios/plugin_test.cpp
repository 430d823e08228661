// What the plugin does is backup and restore: two scenarios that must pass with it, one that must not.
// restore-under-fire comes last: its failover begins a new timeline, and CloudNativePG 1.28.1 recovers no
// Cluster that has failed over (their issue 10818, mended in 1.28.4).
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
