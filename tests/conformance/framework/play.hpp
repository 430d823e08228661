// Plays groups of chapters on one API.
#pragma once
#include <set>

#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {

struct Played {
  Chapter chapter;
  Observations seen;
  std::string failure;  ///< why the chapter did not reach its end; empty when it did
};

/// Plays a group in a namespace of its own, which is removed afterwards. After a chapter that failed the rest
/// of the group is not played. Errors: the API cannot be reached.
[[nodiscard]] Task<Result<std::vector<Played>>> play_group(std::shared_ptr<kube::Client> client,
                                                           std::string group, Setting setting);

/// "Kubernetes v1.34.4, CloudNativePG 1.28.1".
[[nodiscard]] Task<std::string> made_of(kube::Client& client);

}  // namespace pgdrill::conformance
