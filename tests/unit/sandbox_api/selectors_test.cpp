#include "harness/sandbox/api/selectors.hpp"

#include <gtest/gtest.h>

namespace pgdrill::sandbox {
namespace {

struct Case {
  std::string selector;
  bool matches;
};

json::value const object{
    {"metadata",
     {{"name", "orders-1"}, {"labels", {{"app", "orders"}, {"cnpg.io/instanceRole", "primary"}}}}},
    {"spec", {{"replicas", 3}}}};

class LabelSelector : public testing::TestWithParam<Case> {};

TEST_P(LabelSelector, Matches) {
  auto const selector = Selector::parse_labels(GetParam().selector);
  ASSERT_TRUE(selector) << GetParam().selector;
  EXPECT_EQ(selector->matches(object), GetParam().matches) << GetParam().selector;
}

INSTANTIATE_TEST_SUITE_P(Forms, LabelSelector,
                         testing::Values(Case{"", true}, Case{"app=orders", true}, Case{"app==orders", true},
                                         Case{"app=other", false}, Case{"app!=other", true},
                                         Case{"app!=orders", false}, Case{"missing!=x", true},
                                         Case{"app in (a, orders)", true}, Case{"app notin (a,b)", true},
                                         Case{"app notin (orders)", false}, Case{"app", true},
                                         Case{"!app", false}, Case{"!missing", true}, Case{"missing", false},
                                         Case{"app=orders,cnpg.io/instanceRole=primary", true},
                                         Case{"app in (orders,x),cnpg.io/instanceRole=replica", false}));

TEST(LabelSelectorParse, RefusesNonsense) {
  for (std::string const text : {"=x", "a b", "app=orders,-bad", "app in x"}) {
    auto const selector = Selector::parse_labels(text);
    ASSERT_FALSE(selector) << text;
    EXPECT_EQ(selector.error().status, 400);
  }
}

TEST(FieldSelector, ComparesTextAndNumbers) {
  EXPECT_TRUE(Selector::parse_fields("metadata.name=orders-1,spec.replicas=3")->matches(object));
  EXPECT_FALSE(Selector::parse_fields("metadata.name!=orders-1")->matches(object));
  EXPECT_TRUE(Selector::parse_fields("status.phase!=Running")->matches(object));
  EXPECT_FALSE(Selector::parse_fields("nonsense"));
}

TEST(SelectorObject, MatchLabelsAndExpressions) {
  json::value const selector{
      {"matchLabels", {{"app", "orders"}}},
      {"matchExpressions", json::array{{{"key", "tier"}, {"operator", "DoesNotExist"}}}}};
  EXPECT_TRUE(Selector::from_object(selector).matches(object));
}

}  // namespace
}  // namespace pgdrill::sandbox
