// What `sandbox up` refuses before it starts anything.
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/cli/binary.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;

TEST(SandboxUp, SaysWhichFolderItsPostgresCannotPass) {
  if (::geteuid() != 0) GTEST_SKIP() << "who is not root runs PostgreSQL as himself";
  TemporaryDirectory const closed;  // mode 0700
  CommandResult const result = pgdrill_verb({"sandbox", "up", "--dir", (closed.path() / "sandbox").string()});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.err, HasSubstr("cannot come into the sandbox's directory"));
  EXPECT_THAT(result.err, HasSubstr("chmod o+x " + closed.path().string()));
}

}  // namespace
}  // namespace pgdrill::test
