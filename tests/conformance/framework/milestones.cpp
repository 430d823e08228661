#include "tests/conformance/framework/milestones.hpp"

#include <fmt/format.h>

#include <map>

namespace pgdrill::conformance {

std::string milestone_of(std::string const& object, std::string const& path, std::string const& value) {
  static std::map<std::string, std::string> const names{
      {"status.phase", "phase"},
      {"status.currentPrimary", "currentPrimary"},
      {"status.targetPrimary", "targetPrimary"},
      {"status.readyInstances", "readyInstances"},
      {"status.timelineID", "timelineID"},
      {"status.conditions[Ready].status", "Ready"},
      {"status.conditions[ContinuousArchiving].status", "ContinuousArchiving"},
      {"status.conditions[LastBackupSucceeded].status", "LastBackupSucceeded"},
      {"status.conditions[cnpg.io/hibernation].reason", "hibernation"},
      {"status.conditions[Complete].status", "Complete"},
      {"status.conditions[Failed].status", "Failed"},
      {"metadata.labels.cnpg.io/instanceRole", "role"},
      {"metadata.deleting", "deleting"},
  };
  // What of the rest comes first says nothing to anybody.
  std::string const kind = object.substr(0, object.find(' '));
  if (kind != "Cluster" && kind != "Pod" && kind != "Job" && kind != "PersistentVolumeClaim" &&
      kind != "Backup")
    return "";
  if (kind == "PersistentVolumeClaim" && path.starts_with("metadata.labels.")) return "";
  if (path.empty()) return object + " " + value;
  auto const name = names.find(path);
  return name == names.end() ? "" : fmt::format("{} {}={}", object, name->second, value);
}

}  // namespace pgdrill::conformance
