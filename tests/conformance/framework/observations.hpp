// What a client saw in one chapter: tracks (one thing's values in their order) and milestones (what happened
// in which order across things).
#pragma once
#include <map>
#include <string>
#include <vector>

namespace pgdrill::conformance {

/// "Cluster orders status.phase" and the like, each with its values in order; equal ones in a row are one.
using Tracks = std::map<std::string, std::vector<std::string>>;

struct Milestone {
  double seconds = 0;  ///< since the chapter began
  std::string what;    ///< unique within a chapter: a repetition carries its number
  friend bool operator==(Milestone const&, Milestone const&) = default;
};

struct Observations {
  Tracks tracks;
  /// By the cluster that they belong to, each in the order of the API's resource versions.
  std::map<std::string, std::vector<Milestone>> milestones;
};

}  // namespace pgdrill::conformance
