#include "tests/conformance/framework/known_differences.hpp"

#include <gmock/gmock.h>

#include "harness/base/files.hpp"

namespace pgdrill::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class KnownDifferencesFile : public testing::Test {
 protected:
  void SetUp() override { folder_ = make_temporary_directory().value(); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Result<KnownDifferences> read(std::string const& text) {
    EXPECT_TRUE(write_file_atomically(folder_ / "d.yaml", text));
    return KnownDifferences::read(folder_ / "d.yaml");
  }
  std::filesystem::path folder_;
};

Difference extra(std::string chapter, std::string track, std::string value) {
  return {.chapter = std::move(chapter),
          .kind = Difference::Kind::extra,
          .track = std::move(track),
          .value = std::move(value)};
}

TEST_F(KnownDifferencesFile, ExplainByPatternsAndKind) {
  auto const known = read("- {track: 'Pod * phase', kind: extra, reason: it is so}\n");
  ASSERT_TRUE(known);
  EXPECT_THAT(known->unexplained({extra("create", "Pod orders-1 phase", "x"), extra("create", "Job j", "x")}),
              SizeIs(1));
  EXPECT_THAT(known->unused(), SizeIs(0));
}

TEST_F(KnownDifferencesFile, AnEntryThatExplainsNothingIsReported) {
  auto const known = read("- {chapter: create, reason: used}\n- {chapter: gone, reason: stale}\n");
  ASSERT_TRUE(known);
  EXPECT_THAT(known->unexplained({extra("create", "t", "v")}), SizeIs(0));
  EXPECT_THAT(known->unused(), ElementsAre(HasSubstr("stale")));
}

TEST_F(KnownDifferencesFile, AnEntryWithoutAReasonIsRefused) {
  auto const known = read("- {chapter: create}\n");
  ASSERT_FALSE(known);
  EXPECT_THAT(known.error().where, HasSubstr("d.yaml:1"));
}

TEST(Matches, StarsStandForAnyText) {
  EXPECT_TRUE(matches("a*c*", "abbcd"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_FALSE(matches("a*c", "abcd"));
  EXPECT_FALSE(matches("a", "ab"));
}

}  // namespace
}  // namespace pgdrill::conformance
