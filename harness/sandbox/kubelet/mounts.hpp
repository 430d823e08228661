// Volume mounts without mount namespaces: a container's strings are rewritten from the paths that it would
// see to the directories that hold the volumes.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::sandbox {

struct Mount {
  std::string path;                 ///< as the container would see it, no slash at its end
  std::filesystem::path directory;  ///< where it really is (a file for a mount with subPath)
};

/// The mounts of a container's spec, longest path first; `volumes` are the directories by volume name.
[[nodiscard]] std::vector<Mount> mounts_of(json::value const& container,
                                           std::map<std::string, std::filesystem::path> const& volumes);

/// Replaces each mounted path that stands as a path of its own: at the start, after "://", or after a
/// character that cannot belong to a path ('=', ':', blanks, quotes), and before '/', such a character or the
/// end.
[[nodiscard]] std::string rewrite_mounts(std::string_view text, std::vector<Mount> const& mounts);

}  // namespace pgdrill::sandbox
