// The migration tool's lock row is taken: unlike an advisory lock it survives the death of its owner.

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

Result<std::vector<Finding>> detect(pqxx::transaction_base&, Scene const& scene) {
  std::vector<Finding> findings;
  for (FoundHistory const& found : scene.histories) {
    for (Finding const& finding : found.history.findings) {
      if (finding.kind == "stale-lock") findings.push_back(finding);
    }
  }
  return findings;
}

Detector describe() {
  return {.name = "stale-lock",
          .summary = "a migration tool was killed while its lock row was taken",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
