#include "harness/sandbox/cnpg/object_store.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "harness/base/files.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

BackupInfo backup(std::string id, std::string end_time, std::string end_lsn, std::int64_t timeline = 1,
                  std::string status = "DONE") {
  BackupInfo info;
  info.backup_id = std::move(id);
  info.begin_time = *parse_time(end_time);
  info.end_time = *parse_time(end_time);
  info.begin_wal = "000000010000000000000004";
  info.end_lsn = std::move(end_lsn);
  info.timeline = timeline;
  info.status = std::move(status);
  return info;
}

std::vector<BackupInfo> catalogue() {
  return {backup("A", "2026-11-24 03:00:00+00:00", "0/4000100"),
          backup("B", "2026-11-24 04:00:00+00:00", "0/8000100"),
          backup("C", "2026-11-24 05:00:00+00:00", "0/9000100", 2),
          backup("D", "2026-11-24 06:00:00+00:00", "0/A000100", 2, "FAILED")};
}

struct Choice {
  std::string name;
  RecoveryTarget target;
  std::string backup;  ///< empty: none
};

void PrintTo(Choice const& choice, std::ostream* out) { *out << choice.name; }

class BackupChoice : public testing::TestWithParam<Choice> {};

TEST_P(BackupChoice, FollowsBarmansRules) {
  auto const chosen = choose_backup(catalogue(), GetParam().target);
  EXPECT_EQ(chosen ? chosen->backup_id : "", GetParam().backup);
}

INSTANTIATE_TEST_SUITE_P(
    Targets, BackupChoice,
    testing::Values(Choice{"NoTargetTakesTheNewestDone", {}, "C"},
                    Choice{"TimelineRestricts", {.timeline = "1"}, "B"},
                    Choice{"LatestDoesNotRestrict", {.timeline = "latest"}, "C"},
                    Choice{"TimeOfTheEndCounts", {.time = "2026-11-24 04:00:00+00:00"}, "B"},
                    Choice{"TimeBeforeAnEnd", {.time = "2026-11-24 03:59:59.999999+00:00"}, "A"},
                    Choice{"TimeInAnotherZone", {.time = "2026-11-24 05:30:00+02:00"}, "A"},
                    Choice{"TimeWithoutZoneIsUtc", {.time = "2026-11-24 04:30:00"}, "B"},
                    Choice{"TimeBeforeTheFirst", {.time = "2026-11-24 02:00:00+00:00"}, ""},
                    Choice{"TimeIgnoresTimeline", {.time = "2026-11-24 09:00:00+00:00"}, "C"},
                    Choice{"LsnMustBeBehindTheEnd", {.lsn = "0/8000100"}, "A"},
                    Choice{"LsnAfterAnEnd", {.lsn = "0/8000101"}, "B"},
                    Choice{"IdWins", {.backup_id = "A", .time = "2026-11-24 09:00:00+00:00"}, "A"},
                    Choice{"UnknownId", {.backup_id = "Z"}, ""}),
    [](auto const& info) { return info.param.name; });

TEST(BackupChoiceError, HasCnpgsText) {
  auto const chosen = choose_backup(catalogue(), {.time = "2020-01-01 00:00:00+00:00"});
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().what, "no target backup found");
}

class StoreFolder : public testing::Test {
 protected:
  void SetUp() override { root_ = *make_temporary_directory("store-test"); }
  void TearDown() override { std::filesystem::remove_all(root_); }
  std::filesystem::path root_;
  ArchiveLocation const location_{
      .destination_path = "s3://backups/life/", .server_name = "orders", .endpoint = ""};
};

TEST_F(StoreFolder, IsLaidOutAsBarmanDoes) {
  auto const folder = ServerFolder::at(root_, location_);
  ASSERT_TRUE(folder);
  auto const server = root_ / "backups" / "life" / "orders";
  EXPECT_EQ(folder->wal("000000010000000000000007"),
            server / "wals/0000000100000000/000000010000000000000007");
  EXPECT_EQ(folder->wal("00000002.history"), server / "wals/00000002.history");
  EXPECT_EQ(folder->backup("20261124T030201"), server / "base/20261124T030201");
}

TEST_F(StoreFolder, RefusesPathsOutsideTheStore) {
  EXPECT_FALSE(
      ServerFolder::at(root_, {.destination_path = "s3://../x", .server_name = "a", .endpoint = ""}));
  EXPECT_FALSE(ServerFolder::at(root_, {.destination_path = "/etc", .server_name = "a", .endpoint = ""}));
  EXPECT_FALSE(
      ServerFolder::at(root_, {.destination_path = "s3://b/", .server_name = "a/b", .endpoint = ""}));
}

TEST_F(StoreFolder, IsEmptyUntilTheFirstWalFile) {
  auto const folder = ServerFolder::at(root_, location_);
  EXPECT_TRUE(folder->wal_archive_is_empty());
  auto const source = root_ / "segment";
  std::ofstream(source) << "wal";
  ASSERT_TRUE(copy_whole(source, folder->wal("000000010000000000000001")));
  EXPECT_FALSE(folder->wal_archive_is_empty());
  EXPECT_EQ(*read_file(folder->wal("000000010000000000000001")), "wal");
}

TEST_F(StoreFolder, ListsBackupsOldestFirstAndSkipsBrokenOnes) {
  auto const folder = ServerFolder::at(root_, location_);
  for (auto const& info : {catalogue()[1], catalogue()[0]}) {
    std::filesystem::create_directories(folder->backup(info.backup_id));
    ASSERT_TRUE(write_file_atomically(folder->backup(info.backup_id) / "backup.info", info.to_text()));
  }
  std::filesystem::create_directories(folder->backup("broken"));
  ASSERT_TRUE(write_file_atomically(folder->backup("broken") / "backup.info", "nothing"));
  auto const backups = folder->backups();
  ASSERT_EQ(backups.size(), 2U);
  EXPECT_EQ(backups[0].backup_id, "A");
  EXPECT_EQ(backups[1].backup_id, "B");
}

}  // namespace
}  // namespace pgdrill::sandbox::cnpg
