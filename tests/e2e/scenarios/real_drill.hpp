// What the scenarios' tests on the real cluster share: real CloudNativePG and real Flux, from outside
// (through port-forward); what a scenario comes to must be what it comes to on the sandbox.
//
// One file is one program with a namespace of its own, so that ctest can run several at a time; within a
// namespace one drill runs at a time.
#pragma once
#include <gmock/gmock.h>

#include "tests/support/expected_verdicts.hpp"
#include "tests/support/real_cluster.hpp"

namespace pgdrill::test {

class RealDrill : public testing::TestWithParam<ExpectedVerdict> {
 protected:
  void SetUp() override;

  /// Runs the scenario in the namespace, whose demo archives by `method` (native, plugin), and compares what
  /// it comes to.
  void run_scenario(std::string const& ns, std::string const& method);

 private:
  RealCluster cluster_;
  TemporaryDirectory directory_;
};

/// Those of the table with these names.
[[nodiscard]] std::vector<ExpectedVerdict> expected(std::vector<std::string> const& names);

inline std::string name_of(testing::TestParamInfo<ExpectedVerdict> const& test) { return test.param.name; }

}  // namespace pgdrill::test
