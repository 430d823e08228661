// pgdrill explain: the keys of the language, as in kubectl explain.
#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "harness/cli/exit_codes.hpp"
#include "tests/cli/binary.hpp"

namespace pgdrill::cli {
namespace {

using test::CommandResult;
using test::pgdrill_verb;
using testing::HasSubstr;
using testing::Not;

TEST(Explain, TellsAKey) {
  CommandResult const result = pgdrill_verb({"explain", "objectives.rto"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("objectives.rto (duration)"));
  EXPECT_THAT(result.out, HasSubstr("first wrong answer"));
}

TEST(Explain, TellsTheKeysOfASection) {
  std::string const out = pgdrill_verb({"explain", "target"}).out;
  EXPECT_THAT(out, HasSubstr("cluster (text, required)"));
  EXPECT_THAT(out, Not(HasSubstr("objectives")));
}

TEST(Explain, TellsAParameterWithItsValues) {
  std::string const out = pgdrill_verb({"explain", "steps.restore.by"}).out;
  EXPECT_THAT(out, HasSubstr("one of: "));
  EXPECT_THAT(out, HasSubstr("lsn"));
}

TEST(Explain, TellsAStepByItsNameAlone) {
  EXPECT_EQ(pgdrill_verb({"explain", "restore"}).out, pgdrill_verb({"list", "steps", "restore"}).out);
}

TEST(Explain, TellsAParameterByTheNameOfWhatTakesIt) {
  EXPECT_EQ(pgdrill_verb({"explain", "restore.by"}).out.substr(10),
            pgdrill_verb({"explain", "steps.restore.by"}).out.substr(16));
  std::string const both = pgdrill_verb({"explain", "mark.name"}).out;
  EXPECT_THAT(both, HasSubstr("steps\n\nmark.name (text)"));
  EXPECT_THAT(both, HasSubstr("triggers\n\nmark.name (text)"));
  std::string const step_alone = pgdrill_verb({"explain", "mark.after"}).out;
  EXPECT_THAT(step_alone, testing::StartsWith("mark.after (duration)"));
}

TEST(Explain, TellsAllThatHaveAName) {
  std::string const out = pgdrill_verb({"explain", "mark"}).out;
  EXPECT_THAT(out, HasSubstr(pgdrill_verb({"list", "steps", "mark"}).out));
  EXPECT_THAT(out, HasSubstr(pgdrill_verb({"list", "triggers", "mark"}).out));
}

TEST(Explain, KnowsTheExitCodesOfTheReadme) {
  std::string const readme = read_file(PGDRILL_SOURCE_DIR "/README.md").value_or("");
  std::string const out = pgdrill_verb({"explain", "exit-codes"}).out;
  for (ExitCode const& one : exit_codes()) {
    EXPECT_THAT(readme, HasSubstr("| " + one.code + " | " + one.meaning + " |"));
    EXPECT_THAT(out, HasSubstr(one.code + "  "));
  }
}

struct Wrong {
  char const* path;
  std::string advice;
};
class ExplainOfWhatIsNot : public testing::TestWithParam<Wrong> {};

TEST_P(ExplainOfWhatIsNot, NamesTheNearest) {
  CommandResult const result = pgdrill_verb({"explain", GetParam().path});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr(GetParam().advice));
}

INSTANTIATE_TEST_SUITE_P(
    All, ExplainOfWhatIsNot,
    testing::Values(Wrong{"objectives.rtp", "objectives has no 'rtp'; did you mean 'rto'?"},
                    Wrong{"objektives", "did you mean 'objectives'?"},
                    Wrong{"restroe", "did you mean 'restore'?"},
                    Wrong{"restore.bye", "steps.restore has no 'bye'; did you mean 'by'?"},
                    Wrong{"steps.restore.bye", "did you mean 'by'?"}));

}  // namespace
}  // namespace pgdrill::cli
