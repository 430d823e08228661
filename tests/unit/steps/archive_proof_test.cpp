#include "harness/steps/archive_proof.hpp"

#include <gmock/gmock.h>

namespace pgdrill::steps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> const all = {"A1", "A2", "A3", "A4", "A5", "A6"};

TEST(SegmentsToFetch, AreTheBackupsThenTheNewest) {
  EXPECT_THAT(segments_to_fetch(all, "A2", 4), ElementsAre("A1", "A2", "A5", "A6"));
  EXPECT_THAT(segments_to_fetch(all, "A2", 10), ElementsAre("A1", "A2", "A3", "A4", "A5", "A6"));
  EXPECT_THAT(segments_to_fetch(all, "A2", 1), ElementsAre("A1"));
  EXPECT_THAT(segments_to_fetch(all, "A2", 0), IsEmpty());
}

TEST(ArchiveProof, SaysWhatWasNotFetched) {
  ArchiveProof const proof{.fetched = {"A1", "A6"}, .missing = {"A2"}, .skipped = 3, .why_not = {}};
  EXPECT_THAT(proof.text(), HasSubstr("2 segments fetched"));
  EXPECT_THAT(proof.text(), HasSubstr("3 between them not fetched"));
  EXPECT_THAT(proof.text(), HasSubstr("missing in the store: A2"));
}

}  // namespace
}  // namespace pgdrill::steps
