// What the plugin does is backup and restore: two scenarios that must pass with it, one that must not.
// restore-under-fire comes first: its failover begins a new timeline, and a Cluster that has failed over must
// be recoverable too (CloudNativePG's issue 10818, mended in 1.28.4).
#include "tests/e2e/scenarios/real_drill.hpp"

namespace pgdrill::test {
namespace {

class ByPlugin : public RealDrill {};

TEST_P(ByPlugin, ComesToTheSandboxsVerdict) { run_scenario("by-plugin", "plugin"); }

INSTANTIATE_TEST_SUITE_P(Scenarios, ByPlugin,
                         testing::ValuesIn(expected({"RestoreUnderFire", "DataRollback", "TooLate"})),
                         name_of);

}  // namespace
}  // namespace pgdrill::test
