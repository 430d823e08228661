// The other shipped scenarios as a Job, each with the rights that `pgdrill rbac` prints for it and no more.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/files.hpp"
#include "tests/e2e/scenarios/inside.hpp"
#include "tests/e2e/scenarios/real_drill.hpp"

namespace pgdrill::test {
namespace {

class InsideEvery : public Inside, public testing::WithParamInterface<ExpectedVerdict> {
 protected:
  /// The patches that make deploy/job run a scenario: what it mounts, and that its Role is another one.
  static std::string patches(ExpectedVerdict const& expected) {
    std::filesystem::path const scenario(expected.scenario);
    std::string items = fmt::format("{{key: {0}, path: {0}}}", scenario.filename().string());
    // pitr-after-pitr runs the migration of data-rollback.
    for (std::string const& folder : {scenario.stem().string(), std::string("data-rollback")}) {
      auto const path = std::filesystem::path(PGDRILL_SOURCE_DIR "/scenarios") / folder;
      if (!std::filesystem::exists(path)) continue;
      for (auto const& file : std::filesystem::directory_iterator(path)) {
        items += fmt::format(", {{key: {0}, path: {1}/{0}}}", file.path().filename().string(), folder);
      }
    }
    std::string text = fmt::format(R"(  - patch: |
      $patch: delete
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {{name: pgdrill}}
  - target: {{kind: Job, name: pgdrill}}
    patch: |
      - {{op: replace, path: /spec/template/spec/containers/0/args/1, value: {}}}
      - {{op: replace, path: /spec/template/spec/volumes/0/configMap/items, value: [{}]}}
)",
                                   expected.scenario, items);
    if (expected.rto_limited)
      text += R"(      - {op: add, path: /spec/template/spec/containers/0/args/-, value: --var}
      - {op: add, path: /spec/template/spec/containers/0/args/-, value: rto=240s}
)";
    return text;
  }
};

TEST_P(InsideEvery, PassesWithTheRightsThatArePrintedForIt) {
  CommandResult const rights =
      run({PGDRILL_BINARY, "rbac", PGDRILL_SOURCE_DIR "/" + GetParam().scenario, "-n", "inside"});
  ASSERT_EQ(rights.exit_code, 0) << rights.err;
  std::filesystem::path const file = directory_.path() / "rights.yaml";
  ASSERT_TRUE(write_file_atomically(file, rights.out).has_value());
  CommandResult const granted = cluster_.kubectl({"apply", "-f", file.string()});
  ASSERT_EQ(granted.exit_code, 0) << granted.out << granted.err;
  CommandResult const applied = apply("job", patches(GetParam()));
  ASSERT_EQ(applied.exit_code, 0) << applied.out << applied.err;
  expect_pass("pgdrill");
}

INSTANTIATE_TEST_SUITE_P(Scenarios, InsideEvery,
                         testing::ValuesIn(expected({"PitrAfterPitr", "ExpandContractCycle",
                                                     "HalfAppliedExpand", "ContractTooEarly",
                                                     "BlockedMigration", "FailedMigrationRevert"})),
                         name_of);

}  // namespace
}  // namespace pgdrill::test
