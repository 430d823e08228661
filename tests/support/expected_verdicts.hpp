// What each shipped scenario and each negative control must come to, on whatever it runs: the sandbox's tests
// and those against a real cluster read the same table.
#pragma once
#include <ostream>
#include <string>
#include <vector>

namespace pgdrill::test {

struct ExpectedVerdict {
  std::string name;      ///< of the test
  std::string scenario;  ///< below the source directory
  int exit_code = 0;
  std::string decision;     ///< go, no-go, inconclusive; empty where no run began
  std::string objective{};  ///< the one that is missed
  bool rto_limited = true;  ///< it has a variable `rto`
};

inline std::ostream& operator<<(std::ostream& out, ExpectedVerdict const& expected) {
  return out << expected.scenario;
}

inline std::vector<ExpectedVerdict> expected_verdicts() {
  return {
      {"DataRollback", "scenarios/data-rollback.yaml", 0, "go"},
      {"ExpandContractCycle", "scenarios/expand-contract-cycle.yaml", 0, "go", "", false},
      {"HalfAppliedExpand", "scenarios/half-applied-expand.yaml", 0, "go", "", false},
      {"ContractTooEarly", "scenarios/contract-too-early.yaml", 0, "go"},
      {"BlockedMigration", "scenarios/blocked-migration.yaml", 0, "go"},
      {"FailedMigrationRevert", "scenarios/failed-migration-revert.yaml", 0, "go", "", false},
      {"PitrAfterPitr", "scenarios/pitr-after-pitr.yaml", 0, "go"},
      {"RestoreUnderFire", "scenarios/restore-under-fire.yaml", 0, "go"},
      {"TooLate", "tests/data/scenarios/too-late.yaml", 1, "no-go", "integrity"},
      {"LostWrite", "tests/data/scenarios/lost-write.yaml", 1, "no-go", "rpo"},
      {"ChangedDefault", "tests/data/scenarios/changed-default.yaml", 1, "no-go", "integrity"},
      {"FailingMigration", "tests/data/scenarios/failing-migration.yaml", 4, "inconclusive"},
      {"Unreachable", "tests/data/scenarios/unreachable.yaml", 3, "inconclusive"},
  };
}

}  // namespace pgdrill::test
