// The drill's negative controls: each must come to its NO-GO on a real cluster too.
#include "tests/e2e/scenarios/real_drill.hpp"

namespace pgdrill::test {
namespace {

class Controls : public RealDrill {};

TEST_P(Controls, ComesToTheSandboxsVerdict) { run_scenario("develop", "native"); }

INSTANTIATE_TEST_SUITE_P(Scenarios, Controls,
                         testing::ValuesIn(expected({"TooLate", "LostWrite", "ChangedDefault",
                                                     "FailingMigration", "Unreachable"})),
                         name_of);

}  // namespace
}  // namespace pgdrill::test
