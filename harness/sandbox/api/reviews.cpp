#include "harness/sandbox/api/reviews.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/protobuf.hpp"
#include "harness/sandbox/api/request.hpp"

namespace pgdrill::sandbox {
namespace {

struct Review {
  std::string_view group;
  std::string_view plural;
  std::string_view kind;
};
constexpr std::array<Review, 3> reviews{
    {{"authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"},
     {"authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"},
     {"authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"}}};

std::string singular(Review const& review) {
  return std::string(review.plural.substr(0, review.plural.size() - 1));
}

Error invalid_review(Review const& review, std::string_view field, std::string_view detail) {
  return api_error(422, "Invalid", fmt::format(".{} \"\" is invalid: {}: {}", review.group, field, detail));
}

Result<json::object> body_of(Review const& review, net::HttpRequest const& request) {
  if (net::header(request.headers, "Content-Type").starts_with(protobuf_type))
    return object_from_protobuf(review.kind, request.body);
  auto parsed = parse_json(request.body);
  if (!parsed || !parsed->is_object()) {
    return fail(bad_request_error(fmt::format(
        "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json parse "
        "error",
        review.kind)));
  }
  std::string const kind = get_string(*parsed, "kind");
  if (!kind.empty() && kind != review.kind) {
    return fail(bad_request_error(fmt::format("{} in version \"{}\" cannot be handled as a {}", kind,
                                              get_string(*parsed, "apiVersion"), review.kind)));
  }
  return std::move(parsed->as_object());
}

Result<json::object> access_status(Review const& review, json::object const& asked) {
  bool const resource = find(asked, "spec.resourceAttributes") != nullptr;
  bool const path = find(asked, "spec.nonResourceAttributes") != nullptr;
  if (resource == path) {
    return fail(invalid_review(
        review, "spec.resourceAttributes",
        "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified"));
  }
  return json::object{{"allowed", true}};
}

Result<json::object> rules_status(json::object const& asked) {
  if (get_string(json::value(asked), "spec.namespace").empty())
    return fail(bad_request_error("no namespace on request"));
  json::array const all{"*"};
  return json::object{
      {"resourceRules", json::array{{{"verbs", all}, {"apiGroups", all}, {"resources", all}}}},
      {"nonResourceRules", json::array{{{"verbs", all}, {"nonResourceURLs", all}}}},
      {"incomplete", false}};
}

Result<json::object> answer(Review const& review, net::HttpRequest const& request) {
  if (request.method != "POST") {
    return fail(api_error(405, "MethodNotAllowed",
                          "the server does not allow this method on the requested resource"));
  }
  TRY(json::object object, body_of(review, request));
  object["kind"] = review.kind;
  object["apiVersion"] = fmt::format("{}/v1", review.group);
  if (!object.contains("metadata")) object["metadata"] = json::object();
  if (review.kind == "SelfSubjectAccessReview") {
    TRY(object["status"], access_status(review, object));
  } else if (review.kind == "SelfSubjectRulesReview") {
    TRY(object["status"], rules_status(object));
  } else {
    object["status"] = {
        {"userInfo",
         {{"username", "sandbox-admin"}, {"groups", {"system:masters", "system:authenticated"}}}}};
  }
  return object;
}

}  // namespace

std::optional<net::HttpResponse> answer_review(net::HttpRequest const& request) {
  std::string const path = net::path_of(request.target);
  auto const review = std::ranges::find_if(reviews, [&](Review const& known) {
    return path == fmt::format("/apis/{}/v1/{}", known.group, known.plural);
  });
  if (review == reviews.end()) return std::nullopt;
  auto const object = answer(*review, request);
  if (!object) return error_response(object.error());
  return json_response(201, json::value(*object));
}

json::array review_resources(std::string_view group) {
  json::array resources;
  for (Review const& review : reviews) {
    if (review.group != group) continue;
    resources.push_back({{"name", review.plural},
                         {"singularName", singular(review)},
                         {"namespaced", false},
                         {"kind", review.kind},
                         {"verbs", {"create"}}});
  }
  return resources;
}

}  // namespace pgdrill::sandbox
