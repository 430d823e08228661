// What the plugin does is backup and restore: two scenarios that must pass with it, one that must not.
#include "tests/e2e/scenarios/real_drill.hpp"

namespace pgdrill::test {
namespace {

class ByPlugin : public RealDrill {};

TEST_P(ByPlugin, ComesToTheSandboxsVerdict) { run_scenario("by-plugin", "plugin"); }

INSTANTIATE_TEST_SUITE_P(Scenarios, ByPlugin,
                         testing::ValuesIn(expected({"DataRollback", "RestoreUnderFire", "TooLate"})),
                         name_of);

}  // namespace
}  // namespace pgdrill::test
