// Questions about the caller: may I, what may I, who am I. They are answered and never stored.
#pragma once
#include <optional>

#include "harness/base/json.hpp"
#include "harness/net/http.hpp"

namespace pgdrill::sandbox {

/// SelfSubjectAccessReview and SelfSubjectRulesReview (authorization.k8s.io/v1), SelfSubjectReview
/// (authentication.k8s.io/v1); nothing for any other request. The sandbox's one token belongs to
/// system:masters, so its answers are those that an API server gives a member of that group: all is allowed.
/// A review that is not valid gets 400 or 422 as there.
/// https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
[[nodiscard]] std::optional<net::HttpResponse> answer_review(net::HttpRequest const& request);

/// The kinds of a group's reviews, for discovery: APIResource objects.
[[nodiscard]] json::array review_resources(std::string_view group);

}  // namespace pgdrill::sandbox
