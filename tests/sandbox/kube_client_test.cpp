// Our own client against the sandbox: the same program that runs against a real API server.
#include <gmock/gmock.h>

#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

TEST(KubeClientOnTheSandbox, PassesWhatItPassesOnARealCluster) {
  Sandbox const sandbox(true);
  std::filesystem::path const program =
      std::filesystem::path(PGDRILL_BINARY).parent_path() / "tests" / "e2e_tests";
  CommandResult const result = run({"env", "PGDRILL_TEST_KUBECONFIG=" + sandbox.kubeconfig(),
                                    program.string(), "--gtest_filter=KubeClient.*"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, testing::Not(testing::HasSubstr("SKIPPED"))) << result.out;
}

}  // namespace
}  // namespace pgdrill::test
