// The scenarios about migrations that go wrong half way.
#include "tests/e2e/scenarios/real_drill.hpp"

namespace pgdrill::test {
namespace {

class Migrations : public RealDrill {};

TEST_P(Migrations, ComesToTheSandboxsVerdict) { run_scenario("migrations", "native"); }

INSTANTIATE_TEST_SUITE_P(Scenarios, Migrations,
                         testing::ValuesIn(expected({"ExpandContractCycle", "HalfAppliedExpand",
                                                     "ContractTooEarly", "BlockedMigration",
                                                     "FailedMigrationRevert"})),
                         name_of);

}  // namespace
}  // namespace pgdrill::test
