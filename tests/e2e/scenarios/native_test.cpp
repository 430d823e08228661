// The drill, with native archiving.
#include "tests/e2e/scenarios/real_drill.hpp"

namespace pgdrill::test {
namespace {

class Native : public RealDrill {};

TEST_P(Native, ComesToTheSandboxsVerdict) { run_scenario("develop", "native"); }

INSTANTIATE_TEST_SUITE_P(Scenarios, Native, testing::ValuesIn(expected({"DataRollback", "PitrAfterPitr"})),
                         name_of);

}  // namespace
}  // namespace pgdrill::test
