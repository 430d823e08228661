#include "harness/base/yaml_documents.hpp"

#include <gtest/gtest.h>

namespace pgdrill {
namespace {

TEST(YamlDocuments, AFlowsMarkOutsideOfAFlowIsAnErrorAndNoEndlessLoop) {
  for (auto const* text : {",", ", a", ",st\n\t", "- a\n, b\n\t", "a: 1\n---\n, b"}) {
    EXPECT_THROW((void)load_yaml_documents(text), YAML::Exception) << text;
  }
}

TEST(YamlDocuments, AreAllThere) {
  EXPECT_EQ(load_yaml_documents("").size(), 0U);
  EXPECT_EQ(load_yaml_documents("a: 1").size(), 1U);
  EXPECT_EQ(load_yaml_documents("---\n---\n---\n").size(), 3U);
  auto const documents = load_yaml_documents("a: [1, 2]\n---\n---\nb: &x {c: d}\n---\ne: |\n  , f\n");
  ASSERT_EQ(documents.size(), 4U);
  EXPECT_TRUE(documents[1].IsNull());
  EXPECT_EQ(documents[3]["e"].as<std::string>(), ", f\n");
}

}  // namespace
}  // namespace pgdrill
