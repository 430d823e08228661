// Which names, labels and namespaces Kubernetes accepts
// (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
#pragma once
#include <string_view>

#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

[[nodiscard]] bool is_dns_label(std::string_view name);      ///< RFC 1123 label, up to 63 characters
[[nodiscard]] bool is_dns_subdomain(std::string_view name);  ///< labels joined by dots, up to 253 characters
[[nodiscard]] bool is_label_key(std::string_view key);       ///< [prefix/]name
[[nodiscard]] bool is_label_value(std::string_view value);   ///< up to 63 characters, may be empty

/// Name, namespace, labels and annotations of an object that is about to be stored; 422 Invalid naming the
/// field.
[[nodiscard]] Result<> check_metadata(kube::ResourceType const& type, kube::Object const& object);

}  // namespace pgdrill::sandbox
