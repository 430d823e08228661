// pgdrill as a Job in the drilled namespace, as deploy/ ships it: its own ServiceAccount, the shipped Role
// and no more, under the restricted Pod Security Standard.
#include "tests/e2e/scenarios/inside.hpp"

namespace pgdrill::test {
namespace {

std::string const patient = R"(  - target: {kind: Job, name: ".*"}
    patch: |
      - {op: add, path: /spec/template/spec/containers/0/args/-, value: --var}
      - {op: add, path: /spec/template/spec/containers/0/args/-, value: rto=240s}
)";

TEST_F(Inside, TheShippedJobPassesWithTheShippedRole) {
  CommandResult const applied = apply("job", patient);
  ASSERT_EQ(applied.exit_code, 0) << applied.out << applied.err;
  expect_pass("pgdrill");
}

TEST_F(Inside, RestoreUnderFirePassesWithTheRoleOfItsFaults) {
  CommandResult const applied = apply("restore-under-fire", patient);
  ASSERT_EQ(applied.exit_code, 0) << applied.out << applied.err;
  expect_pass("pgdrill-restore-under-fire");
}

}  // namespace
}  // namespace pgdrill::test
