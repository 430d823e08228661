#include "harness/sandbox/api/strict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/sandbox/api/errors.hpp"

namespace pgdrill::sandbox {
namespace {

std::vector<std::string_view> fields_of(kube::ResourceType const& type) {
  if (type == kube::secret_type) return {"data", "stringData", "type", "immutable"};
  if (type == kube::config_map_type) return {"data", "binaryData", "immutable"};
  if (type == kube::service_account_type)
    return {"secrets", "imagePullSecrets", "automountServiceAccountToken"};
  return {"spec", "status"};
}

}  // namespace

Result<> check_strict(kube::ResourceType const& type, kube::Object const& object,
                      std::string_view validation) {
  if (validation != "Strict" || type == kube::event_type) return {};
  std::vector<std::string_view> known = fields_of(type);
  known.insert(known.end(), {"apiVersion", "kind", "metadata"});
  std::vector<std::string> unknown;
  for (auto const& member : object) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      unknown.push_back(fmt::format("unknown field \"{}\"", std::string_view(member.key())));
    }
  }
  if (unknown.empty()) return {};
  return fail(bad_request_error(
      fmt::format("{} in version \"{}\" cannot be handled as a {}: strict decoding error: {}",
                  std::string_view(type.kind), std::string_view(type.version), std::string_view(type.kind),
                  join(unknown, ", "))));
}

}  // namespace pgdrill::sandbox
