#include "harness/sandbox/api/patch.hpp"

#include <gtest/gtest.h>

namespace pgdrill::sandbox {
namespace {

json::value parsed(std::string const& text) { return *parse_json(text); }

struct Case {
  std::string type;
  std::string before;
  std::string patch;
  std::string after;
};

class Patch : public testing::TestWithParam<Case> {};

TEST_P(Patch, Gives) {
  auto const& [type, before, patch, after] = GetParam();
  auto const result =
      patched(parsed(before), {.content_type = "application/" + type, .body = patch, .type = kube::pod_type});
  ASSERT_TRUE(result) << patch;
  EXPECT_EQ(canonical(*result), canonical(parsed(after))) << patch;
}

std::string const merge = "merge-patch+json";
std::string const operations = "json-patch+json";
std::string const strategic = "strategic-merge-patch+json";

INSTANTIATE_TEST_SUITE_P(Merge, Patch,
                         testing::Values(Case{merge, R"({"a":1,"b":{"c":2}})", R"({"b":{"c":null,"d":3}})",
                                              R"({"a":1,"b":{"d":3}})"},
                                         Case{merge, R"({"a":[1,2]})", R"({"a":[3]})", R"({"a":[3]})"},
                                         Case{merge, R"({})", R"({"a":{"b":null}})", R"({"a":{}})"}));

INSTANTIATE_TEST_SUITE_P(
    Operations, Patch,
    testing::Values(
        Case{operations, R"({"a":[1,3]})", R"([{"op":"add","path":"/a/1","value":2}])", R"({"a":[1,2,3]})"},
        Case{operations, R"({"a":[1]})", R"([{"op":"add","path":"/a/-","value":2}])", R"({"a":[1,2]})"},
        Case{operations, R"({"x/y":1,"b":2})", R"([{"op":"remove","path":"/x~1y"}])", R"({"b":2})"},
        Case{operations, R"({"a":1})",
             R"([{"op":"test","path":"/a","value":1},{"op":"replace","path":"/a","value":2}])", R"({"a":2})"},
        Case{operations, R"({"a":1})", R"([{"op":"move","from":"/a","path":"/b"}])", R"({"b":1})"},
        Case{operations, R"({"a":1})", R"([{"op":"copy","from":"/a","path":"/b"}])", R"({"a":1,"b":1})"}));

INSTANTIATE_TEST_SUITE_P(
    Strategic, Patch,
    testing::Values(
        Case{strategic, R"({"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}})",
             R"({"spec":{"containers":[{"name":"b","image":"2"}]}})",
             R"({"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}})"},
        Case{strategic, R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
             R"({"spec":{"containers":[{"name":"a","$patch":"delete"}]}})",
             R"({"spec":{"containers":[{"name":"b"}]}})"},
        Case{
            strategic, R"({"spec":{"containers":[{"name":"a"}]}})",
            R"({"spec":{"$setElementOrder/containers":[{"name":"z"},{"name":"a"}],"containers":[{"name":"z"}]}})",
            R"({"spec":{"containers":[{"name":"z"},{"name":"a"}]}})"},
        Case{strategic, R"({"metadata":{"finalizers":["a","b"]}})",
             R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}})",
             R"({"metadata":{"finalizers":["b"]}})"},
        Case{strategic, R"({"spec":{"args":["a"]}})", R"({"spec":{"args":["b"]}})",
             R"({"spec":{"args":["b"]}})"},
        Case{strategic, R"({"spec":{"a":1}})", R"({"spec":{"$patch":"replace","b":2}})",
             R"({"spec":{"b":2}})"}));

TEST(PatchRefusal, SaysWhy) {
  auto const failed_test = patched(
      parsed(R"({"a":1})"),
      {.content_type = "application/json-patch+json", .body = R"([{"op":"test","path":"/a","value":2}])"});
  ASSERT_FALSE(failed_test);
  EXPECT_EQ(failed_test.error().status, 422);
  auto const unknown = patched(parsed("{}"), {.content_type = "text/plain", .body = "{}"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().status, 415);
  auto const custom = patched(
      parsed("{}"),
      {.content_type = "application/strategic-merge-patch+json", .body = "{}", .type = kube::cluster_type});
  ASSERT_FALSE(custom);
  EXPECT_EQ(custom.error().status, 415);
  EXPECT_FALSE(patched(parsed("{}"), {.content_type = "application/merge-patch+json", .body = "{"}));
}

Result<json::value> apply(json::value const& object, std::string const& body, std::string const& manager,
                          bool force = false) {
  return patched(object, {.content_type = "application/apply-patch+yaml",
                          .body = body,
                          .field_manager = manager,
                          .force = force,
                          .type = kube::config_map_type});
}

TEST(Apply, WhatIsAppliedNoMoreGoes) {
  auto const first = apply(json::object(), "data:\n  a: x\n  b: y\n", "one");
  ASSERT_TRUE(first);
  EXPECT_EQ(get_string(*first, "data.b"), "y");
  auto const second = apply(*first, R"({"data":{"a":"x"}})", "one");
  ASSERT_TRUE(second);
  EXPECT_EQ(canonical(*find(*second, "data")), R"({"a":"x"})");
  auto const again = apply(*second, R"({"data":{"a":"x"}})", "one");
  EXPECT_EQ(canonical(*again), canonical(*second)) << "applying the same again changes nothing";
}

TEST(Apply, AnotherManagersFieldIsAConflict) {
  auto const first = apply(json::object(), R"({"data":{"a":"x"}})", "one");
  auto const refused = apply(*first, R"({"data":{"a":"y"}})", "two");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 409);
  auto const forced = apply(*first, R"({"data":{"a":"y"}})", "two", true);
  ASSERT_TRUE(forced);
  EXPECT_EQ(get_string(*forced, "data.a"), "y");
}

}  // namespace
}  // namespace pgdrill::sandbox
