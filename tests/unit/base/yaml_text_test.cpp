// What is written as YAML is read back as the same document, by a reader of YAML 1.1 and 1.2 alike.
#include "harness/base/yaml_text.hpp"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

namespace pgdrill {
namespace {

struct Case {
  char const* name;
  std::string text;
  std::string written;
};

class Scalar : public testing::TestWithParam<Case> {};

TEST_P(Scalar, IsQuotedWhereItMust) {
  EXPECT_EQ(yaml_scalar(GetParam().text), GetParam().written);
  EXPECT_EQ(YAML::Load(yaml_scalar(GetParam().text)).as<std::string>(), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    All, Scalar,
    testing::Values(Case{"word", "orders", "orders"}, Case{"resource", "pods/exec", "pods/exec"},
                    Case{"empty", "", "\"\""}, Case{"true_is_no_text", "true", "\"true\""},
                    Case{"norway", "NO", "\"NO\""}, Case{"number", "15", "\"15\""},
                    Case{"version", "1.5", "\"1.5\""}, Case{"octal", "0644", "\"0644\""},
                    Case{"colon", "a: b", "\"a: b\""}, Case{"hash", "a #b", "\"a #b\""},
                    Case{"variable", "${cluster}", "\"${cluster}\""}, Case{"star", "*", "\"*\""},
                    Case{"trailing_blank", "a ", "\"a \""}, Case{"newline", "a\nb", "\"a\\nb\""},
                    Case{"dash", "- a", "\"- a\""}, Case{"sentence", "takes a Backup", "takes a Backup"}),
    [](auto const& test) { return std::string(test.param.name); });

TEST(YamlText, NestsMapsAndLists) {
  json::value const document = parse_json(
                                   R"({"rules":[{"apiGroups":[""],"resources":["pods","pods/log"],"verbs":[]},
                                   {"deep":{"list":[{"a":1},{"b":null}],"nested":[["x: y"],["z"]]}}],"empty":{}})")
                                   .value();
  EXPECT_EQ(to_yaml(document),
            "rules:\n"
            "  - apiGroups: [\"\"]\n"
            "    resources: [pods, pods/log]\n"
            "    verbs: []\n"
            "  - deep:\n"
            "      list:\n"
            "        - a: 1\n"
            "        - b: null\n"
            "      nested:\n"
            "        -\n"
            "          - \"x: y\"\n"
            "        - [z]\n"
            "empty: {}\n");
  YAML::Node const read = YAML::Load(to_yaml(document));
  EXPECT_EQ(read["rules"][0]["apiGroups"][0].as<std::string>(), "");
  EXPECT_EQ(read["rules"][1]["deep"]["nested"][0][0].as<std::string>(), "x: y");
  EXPECT_TRUE(read["rules"][1]["deep"]["list"][1]["b"].IsNull());
}

TEST(YamlText, SeparatesDocuments) {
  EXPECT_EQ(to_yaml(std::vector<json::object>{{{"a", 1}}, {{"b", 2}}}), "a: 1\n---\nb: 2\n");
}

}  // namespace
}  // namespace pgdrill
