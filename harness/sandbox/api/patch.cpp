#include "harness/sandbox/api/patch.hpp"

#include <fmt/format.h>

#include "harness/sandbox/api/apply.hpp"
#include "harness/sandbox/api/errors.hpp"

namespace pgdrill::sandbox {

void merge_patch(json::value& target, json::value const& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = json::object();
  json::object& into = target.get_object();
  for (auto const& [key, value] : patch.get_object()) {
    if (value.is_null()) {
      into.erase(key);
    } else {
      merge_patch(into[key], value);
    }
  }
}

Result<json::value> patched(json::value const& object, PatchRequest const& request) {
  std::string const kind = request.content_type.substr(0, request.content_type.find(';'));
  bool const custom = request.type.group.find('.') != std::string_view::npos;
  if (kind == "application/apply-patch+yaml" || kind == "application/apply-patch+json") {
    return applied(object, request);
  }
  bool const merges = kind == "application/merge-patch+json";
  bool const strategic = kind == "application/strategic-merge-patch+json";
  bool const operations = kind == "application/json-patch+json";
  if ((!merges && !strategic && !operations) ||
      (strategic && custom && !request.type.group.ends_with(".k8s.io"))) {
    return fail(api_error(415, "UnsupportedMediaType", "415: Unsupported Media Type"));
  }
  auto patch = parse_json(request.body, "the patch");
  if (!patch)
    return fail(bad_request_error(patch.error().why.empty() ? patch.error().what : patch.error().why));
  json::value result = object;
  if (operations) {
    TRY_VOID(json_patch(result, *patch));
  } else {
    if (!patch->is_object()) return fail(bad_request_error("the patch is no object"));
    merges ? merge_patch(result, *patch) : strategic_merge(result, *patch);
  }
  if (!result.is_object()) return fail(bad_request_error("the patch leaves no object"));
  return result;
}

}  // namespace pgdrill::sandbox
