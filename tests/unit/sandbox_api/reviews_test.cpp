#include "harness/sandbox/api/reviews.hpp"

#include <gtest/gtest.h>

#include "harness/sandbox/api/discovery.hpp"

namespace pgdrill::sandbox {
namespace {

net::HttpResponse ask(std::string const& review, std::string const& body,
                      std::string const& method = "POST") {
  net::HttpRequest request;
  request.method = method;
  request.target = "/apis/authorization.k8s.io/v1/" + review;
  request.body = body;
  return answer_review(request).value_or(net::HttpResponse{});
}
json::value body_of(net::HttpResponse const& response) { return parse_json(response.body).value_or(nullptr); }

TEST(Reviews, AllIsAllowedToTheOneUser) {
  auto const access =
      ask("selfsubjectaccessreviews",
          R"({"spec":{"resourceAttributes":{"namespace":"develop","verb":"delete","resource":"pods"}}})");
  EXPECT_EQ(access.status, 201);
  EXPECT_TRUE(get_bool(body_of(access), "status.allowed"));
  EXPECT_EQ(get_string(body_of(access), "spec.resourceAttributes.resource"), "pods");
  auto const rules = ask("selfsubjectrulesreviews", R"({"spec":{"namespace":"develop"}})");
  EXPECT_EQ(rules.status, 201);
  EXPECT_EQ(canonical(body_of(rules).at("status").at("resourceRules")),
            R"([{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}])");
}

TEST(Reviews, RefusesQuestionsThatAreNone) {
  auto const neither = ask("selfsubjectaccessreviews", R"({"spec":{}})");
  EXPECT_EQ(neither.status, 422);
  EXPECT_EQ(get_string(body_of(neither), "message"),
            ".authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Invalid "
            "value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified");
  EXPECT_EQ(ask("selfsubjectrulesreviews", R"({"spec":{}})").status, 400);
  EXPECT_EQ(ask("selfsubjectaccessreviews", "{").status, 400);
  EXPECT_EQ(ask("selfsubjectaccessreviews", R"({"kind":"Pod"})").status, 400);
  EXPECT_EQ(ask("selfsubjectaccessreviews", "", "GET").status, 405);
}

TEST(Reviews, AreDiscovered) {
  net::HttpRequest request;
  request.method = "GET";
  request.target = "/apis/authorization.k8s.io/v1";
  auto const answer = answer_discovery(request);
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->body.find("selfsubjectrulesreviews"), std::string::npos);
}

}  // namespace
}  // namespace pgdrill::sandbox
