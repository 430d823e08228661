// pgdrill list and explain: documentation from the declarations.
#include <gmock/gmock.h>

#include "harness/cli/declaration_text.hpp"
#include "harness/cli/output.hpp"
#include "harness/engine/registry.hpp"
#include "tests/cli/binary.hpp"

namespace pgdrill::cli {
namespace {

using test::CommandResult;
using test::pgdrill_verb;
using testing::HasSubstr;

TEST(List, NamesEverythingThatIsRegistered) {
  CommandResult const result = pgdrill_verb({"list"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (auto const* const all : {&engine::catalogue().steps, &engine::catalogue().faults,
                                &engine::catalogue().probes, &engine::catalogue().triggers}) {
    for (scenario::Declaration const& one : *all) EXPECT_THAT(result.out, HasSubstr(one.name + " "));
  }
  EXPECT_THAT(result.out, HasSubstr("junit.xml"));
}

TEST(List, DocumentsAStep) {
  CommandResult const result = pgdrill_verb({"list", "steps", "restore"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (char const* const part : {"parameters:", "  by (", "one of:", "witness:", "marks: restore-requested, ",
                                 "undo:", "takes at most", "needs:"})
    EXPECT_THAT(result.out, HasSubstr(part));
}

TEST(List, EveryDeclarationIsDocumentedWhole) {
  for (auto const& [sort, all] : {std::pair{"steps", &engine::catalogue().steps},
                                  {"faults", &engine::catalogue().faults},
                                  {"probes", &engine::catalogue().probes},
                                  {"triggers", &engine::catalogue().triggers}}) {
    for (scenario::Declaration const& one : *all) {
      std::string const text = declaration_text(sort, one);
      EXPECT_FALSE(one.summary.empty()) << one.name;
      for (scenario::ParameterDeclaration const& parameter : one.parameters) {
        EXPECT_FALSE(parameter.help.empty()) << one.name << "." << parameter.name;
        EXPECT_THAT(text, HasSubstr("  " + parameter.name + " ("));
      }
      bool const acts = std::string_view(sort) == "faults" || std::string_view(sort) == "steps";
      bool const changes = !one.effect.empty() && acts;
      if (changes) EXPECT_FALSE(one.witness.empty()) << one.name << " has no witness";
    }
  }
}

TEST(List, IsJsonToo) {
  CommandResult const result = pgdrill_verb({"list", "steps", "restore", "-o", "json"});
  json::value const document = test::json_of(result);
  EXPECT_EQ(get_string(document, "name"), "restore");
  EXPECT_GT(get_int(document, "longest_ns"), 0);
}

struct Wrong {
  char const* name;
  std::vector<std::string> line;
  std::string advice;
};
class ListOfWhatIsNot : public testing::TestWithParam<Wrong> {};

TEST_P(ListOfWhatIsNot, NamesTheNearest) {
  CommandResult const result = pgdrill_verb(GetParam().line);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr(GetParam().advice));
}

INSTANTIATE_TEST_SUITE_P(
    All, ListOfWhatIsNot,
    testing::Values(Wrong{"sort", {"list", "porbes"}, "did you mean 'probes'?"},
                    Wrong{"step", {"list", "steps", "restroe"}, "did you mean 'restore'?"},
                    Wrong{"output", {"list", "steps", "-o", "jsn"}, "did you mean 'json'?"}),
    [](auto const& test) { return std::string(test.param.name); });

TEST(Wrapped, BreaksAtBlanks) {
  EXPECT_EQ(wrapped("one two three", 2, 9), "one two\n  three");
  EXPECT_EQ(wrapped("unbreakable-long-word", 0, 5), "unbreakable-long-word");
}

}  // namespace
}  // namespace pgdrill::cli
