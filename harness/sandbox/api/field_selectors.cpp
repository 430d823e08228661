#include "harness/sandbox/api/field_selectors.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/sandbox/api/errors.hpp"

namespace pgdrill::sandbox {
namespace {

// Beside metadata.name and metadata.namespace.
std::vector<std::string> fields_of(kube::ResourceType const& type) {
  if (type == kube::pod_type) {
    return split(
        "spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork "
        "status.phase status.podIP status.podIPs status.nominatedNodeName",
        ' ');
  }
  if (type == kube::event_type) {
    return split(
        "involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid "
        "involvedObject.apiVersion involvedObject.resourceVersion involvedObject.fieldPath reason "
        "reportingComponent source type",
        ' ');
  }
  if (type == kube::secret_type) return {"type"};
  if (type == kube::namespace_type) return {"status.phase"};
  if (type == kube::job_type) return {"status.successful"};
  return {};
}

}  // namespace

Result<> check_field_selector(kube::ResourceType const& type, std::string_view text) {
  auto const more = fields_of(type);
  for (std::string const& term : split(text, ',')) {
    std::string const field(trim(std::string_view(term).substr(0, term.find_first_of("!="))));
    if (field.empty() || field == "metadata.name" || field == "metadata.namespace") continue;
    if (std::ranges::find(more, field) != more.end()) continue;
    bool const plain = more.empty() && type.group.find('.') == std::string_view::npos;
    return fail(
        bad_request_error(plain ? fmt::format("\"{}\" is not a known field selector: only \"metadata.name\", "
                                              "\"metadata.namespace\"",
                                              field)
                                : fmt::format("field label not supported: {}", field)));
  }
  return {};
}

}  // namespace pgdrill::sandbox
