// A pod's volumes as directories.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

using Volumes = std::map<std::string, std::filesystem::path>;

/// The name of the first claim that the pod uses and that is not there (or is being deleted); empty: none.
[[nodiscard]] std::string missing_claim(Store const& store, json::value const& pod);

/// Makes all volumes of the pod: configMap, secret, projected (of those two), emptyDir,
/// persistentVolumeClaim, hostPath. Called again it brings configMaps and secrets up to date. Error invalid
/// with the kubelet's text of FailedMount when an object or a key is missing.
[[nodiscard]] Result<Volumes> make_volumes(Store const& store, Environment const& environment,
                                           json::value const& pod);

}  // namespace pgdrill::sandbox
