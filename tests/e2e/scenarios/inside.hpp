// pgdrill as a Job in the drilled namespace: what the tests from inside share.
#pragma once
#include <gmock/gmock.h>

#include "tests/support/real_cluster.hpp"

namespace pgdrill::test {

class Inside : public testing::Test {
 protected:
  void SetUp() override;

  /// Applies deploy/NAME with the test's image and with further patches of kustomize.
  [[nodiscard]] CommandResult apply(std::string const& name, std::string const& patches = "");

  /// Waits until the Job has ended, and expects that it passed and left nothing behind.
  void expect_pass(std::string const& job);

  RealCluster cluster_;
  TemporaryDirectory directory_;
};

}  // namespace pgdrill::test
