#include "harness/steps/archive_proof.hpp"

#include <gmock/gmock.h>

#include "harness/base/text.hpp"
#include "tests/support/command.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::steps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> const all = {"A1", "A2", "A3", "A4", "A5", "A6"};

TEST(SegmentsToFetch, AreTheBackupsThenTheNewestThenThoseBetween) {
  EXPECT_THAT(segments_to_fetch(all, "A2", 4), ElementsAre("A1", "A2", "A6", "A3"));
  EXPECT_THAT(segments_to_fetch(all, "A2", 10), ElementsAre("A1", "A2", "A6", "A3", "A4", "A5"));
  EXPECT_THAT(segments_to_fetch(all, "A6", 10), testing::ElementsAreArray(all));
  EXPECT_THAT(segments_to_fetch(all, "A2", 1), ElementsAre("A1"));
  EXPECT_THAT(segments_to_fetch(all, "A2", 0), IsEmpty());
}

TEST(ArchiveProof, SaysWhatWasNotFetched) {
  ArchiveProof const proof{.fetched = {"A1", "A6"}, .missing = {"A2"}, .skipped = 3, .why_not = {}};
  EXPECT_THAT(proof.text(), HasSubstr("2 segments fetched"));
  EXPECT_THAT(proof.text(), HasSubstr("3 between them not fetched"));
  EXPECT_THAT(proof.text(), HasSubstr("missing in the store: A2"));
}

// The history file of a backup is archived after its segment and sorts before "<segment>.ready": seen between
// the two, a restored Cluster once was called not restorable.
TEST(Archiver, ABackupsHistoryFileIsNoSegmentLeftBehind) {
  auto const server = test::PostgresServer::start(
      {"archive_mode=on", "archive_command=case %f in *.backup) exit 1;; esac"});
  auto const database = server->parameters();
  std::string const query = std::string("SELECT concat_ws('|', last, failed, left_behind) FROM (") +
                            archiver_sql + ") archiver (last, failed, left_behind)";
  auto const ask = [&] { return split(test::query_value(database, query), '|'); };
  test::run_sql(database, "SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal()");
  ASSERT_TRUE(test::eventually([&] { return !ask().front().empty(); }));
  std::string const last = ask().front();
  auto const status = server->directory() / "data/pg_wal/archive_status" / (last + ".00000028.backup.ready");
  test::run_sql(database, "COPY (SELECT 1) TO '" + status.string() + "'");
  EXPECT_EQ(ask().at(2), "0");
}

}  // namespace
}  // namespace pgdrill::steps
