// The objects that the chapters make.
#pragma once
#include "tests/conformance/framework/stage.hpp"

namespace pgdrill::conformance {

/// The Secret "store" with the object store's credentials.
[[nodiscard]] kube::Object store_secret(Setting const& setting);
/// Where a namespace's clusters archive to.
[[nodiscard]] json::object object_store(Setting const& setting, std::string const& ns);
/// A cluster that archives, of database and owner app.
[[nodiscard]] kube::Object cluster(Stage const& stage, std::string const& name, int instances);
/// A cluster of one instance out of the archive of `orders`.
[[nodiscard]] kube::Object restored_cluster(Stage const& stage, std::string const& name, json::object target);
[[nodiscard]] kube::Object backup(std::string const& name, std::string const& cluster);

}  // namespace pgdrill::conformance
