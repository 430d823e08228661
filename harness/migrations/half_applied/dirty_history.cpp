// The migration tool's own table says that a migration has begun and not ended.

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

Result<std::vector<Finding>> detect(pqxx::transaction_base&, Scene const& scene) {
  std::vector<Finding> findings;
  for (FoundHistory const& found : scene.histories) {
    for (Finding const& finding : found.history.findings) {
      if (finding.kind == "dirty-history") findings.push_back(finding);
    }
  }
  return findings;
}

Detector describe() {
  return {.name = "dirty-history",
          .summary = "a migration failed or was killed, and its tool wrote that down",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
