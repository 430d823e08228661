// What real clusters showed in one chapter, made of one or more runs.
#pragma once
#include <filesystem>
#include <optional>
#include <set>

#include "harness/base/error.hpp"
#include "tests/conformance/framework/observations.hpp"

namespace pgdrill::conformance {

/// A track over all runs: `always` are the values that every run showed, in that order; `sometimes` those
/// that only some runs showed, or that came in another order.
struct TrackRecord {
  std::vector<std::string> always;
  std::set<std::string> sometimes;
};

struct Recording {
  std::string made_of;  ///< "Kubernetes v1.34.4, CloudNativePG 1.28.1"
  int runs = 0;
  std::map<std::string, TrackRecord> tracks;
  /// Per run, by cluster.
  std::vector<std::map<std::string, std::vector<Milestone>>> orders;

  /// Takes another run in: what it did not show is no longer `always`.
  void merge(Observations const& run);
};

/// The longest common subsequence.
[[nodiscard]] std::vector<std::string> common(std::vector<std::string> const& one,
                                              std::vector<std::string> const& other);

/// JSON lines: first {"made_of","runs"}, then {"track","always","sometimes"}, then
/// {"order","run","milestones"}.
[[nodiscard]] std::string to_lines(Recording const& recording);
[[nodiscard]] Result<Recording> parse_recording(std::string_view lines, std::string const& where);
/// Nothing when there is no such file.
[[nodiscard]] Result<std::optional<Recording>> read_recording(std::filesystem::path const& file);

}  // namespace pgdrill::conformance
