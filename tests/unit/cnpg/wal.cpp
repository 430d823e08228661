#include "harness/cnpg/wal.hpp"

#include <gmock/gmock.h>

namespace pgdrill::cnpg {
namespace {

using testing::ElementsAre;

constexpr std::int64_t usual = 16 * 1024 * 1024;

TEST(SegmentsBetween, GoOverTheEndOfALog) {
  auto const names = segments_between("0000000200000003000000FE", "000000020000000400000001", usual);
  ASSERT_TRUE(names);
  EXPECT_THAT(*names, ElementsAre("0000000200000003000000FE", "0000000200000003000000FF",
                                  "000000020000000400000000", "000000020000000400000001"));
}

TEST(SegmentsBetween, KnowOtherSizes) {
  auto const names = segments_between("000000010000000000000003", "000000010000000100000000", 4 * usual * 16);
  ASSERT_TRUE(names);
  EXPECT_THAT(*names, ElementsAre("000000010000000000000003", "000000010000000100000000"));
}

TEST(SegmentsBetween, ReadNamesAsTheArchiverGivesThem) {
  auto const names =
      segments_between("000000010000000000000003", "000000010000000000000003.00000028.backup", usual);
  ASSERT_TRUE(names);
  EXPECT_THAT(*names, ElementsAre("000000010000000000000003"));
}

TEST(SegmentsBetween, RefuseWhatIsNoRow) {
  EXPECT_FALSE(segments_between("000000010000000000000003", "000000020000000000000004", usual));
  EXPECT_FALSE(segments_between("000000010000000000000004", "000000010000000000000003", usual));
  EXPECT_FALSE(segments_between("", "000000010000000000000003", usual));
  EXPECT_FALSE(segments_between("000000010000000000000003", "00000002.history", usual));
}

}  // namespace
}  // namespace pgdrill::cnpg
