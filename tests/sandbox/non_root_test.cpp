// Everything works without root: the sandbox, and what speaks to it.
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include "harness/base/files.hpp"
#include "tests/support/command.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;

/// The command as user nobody, with root's HOME left in the environment: its files cannot be read.
std::vector<std::string> as_nobody(std::vector<std::string> command) {
  command.insert(command.begin(),
                 {"setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--no-new-privs"});
  return command;
}

TEST(NonRoot, TheSandboxComesUpAndIsFitForADrill) {
  if (::geteuid() != 0)
    GTEST_SKIP() << "only root can become another user; all other tests run without root here";
  TemporaryDirectory directory;
  ASSERT_EQ(run({"chown", "nobody", directory.path().string()}).exit_code, 0);
  std::string const sandbox = (directory.path() / "sandbox").string();
  Background up(as_nobody({PGDRILL_BINARY, "sandbox", "up", "--dir", sandbox}), directory.path() / "log");
  ASSERT_TRUE(eventually([&] { return up.output().find("ready") != std::string::npos || !up.running(); }));
  ASSERT_TRUE(up.running()) << up.output();
  CommandResult doctor;
  EXPECT_TRUE(eventually([&] {
    doctor =
        run(as_nobody({PGDRILL_BINARY, "doctor", "-n", "develop", "--kubeconfig", sandbox + "/kubeconfig"}));
    return doctor.exit_code == 0;
  })) << doctor.out
      << doctor.err;
  EXPECT_EQ(run(as_nobody({PGDRILL_BINARY, "sandbox", "down", "--dir", sandbox})).exit_code, 0);
}

}  // namespace
}  // namespace pgdrill::test
