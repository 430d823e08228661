#include "harness/cnpg/cluster_view.hpp"

#include <gmock/gmock.h>

#include "harness/cnpg/wal.hpp"

namespace pgdrill::cnpg {
namespace {

TEST(Wal, NamesAreReadAndWritten) {
  auto const segment = parse_wal("0000000A00000001000000FE");
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->timeline, 10U);
  EXPECT_EQ(segment->log, 1U);
  EXPECT_EQ(segment->segment, 254U);
  EXPECT_EQ(segment->text(), "0000000A00000001000000FE");
  EXPECT_EQ(parse_wal("000000010000000000000005.00000028.backup"), parse_wal("000000010000000000000005"));
  for (auto const* name : {"", "00000002.history", "00000001000000000000000", "0000000100000000000000055",
                           "00000001000000000000000g", "000000010000000000000005x"}) {
    EXPECT_FALSE(parse_wal(name)) << name;
  }
}

TEST(Wal, ArchivedComparesWithinOneTimeline) {
  struct Case {
    char const* wanted;
    char const* last;
    bool expected;
  };
  for (auto const& one : std::vector<Case>{
           {"000000010000000000000005", "000000010000000000000005", true},
           {"000000010000000000000005", "000000010000000000000005.00000028.backup", true},
           {"000000010000000000000005", "000000010000000100000000", true},
           {"0000000100000000000000FF", "000000010000000000000005", false},
           {"000000010000000000000005", "000000020000000000000006", false},
           {"000000010000000000000005", "000000010000000000000005.partial", false},
           {"000000010000000000000005", "000000010000000000000006.partial", true},
           {"000000010000000000000005", "00000002.history", false},
           {"000000010000000000000005", "", false},
           {"", "000000010000000000000005", false},
       }) {
    EXPECT_EQ(archived(one.wanted, one.last), one.expected) << one.wanted << " by " << one.last;
  }
}

json::value cluster(std::string_view phase, int ready) {
  return {
      {"metadata", {{"name", "orders"}, {"uid", "u1"}}},
      {"spec",
       {{"instances", 2}, {"backup", {{"barmanObjectStore", {{"destinationPath", "s3://backups/"}}}}}}},
      {"status",
       {{"phase", phase},
        {"readyInstances", ready},
        {"currentPrimary", "orders-1"},
        {"targetPrimary", "orders-1"},
        {"timelineID", 3},
        {"conditions", json::array{{{"type", "ContinuousArchiving"},
                                    {"status", "False"},
                                    {"reason", "ContinuousArchivingFailing"},
                                    {"message", "no"}},
                                   {{"type", "Ready"}, {"status", "True"}, {"reason", "ClusterIsReady"}}}}}}};
}

TEST(ClusterView, HealthyNeedsPhaseAndInstances) {
  EXPECT_TRUE(view_cluster(cluster("Cluster in healthy state", 2)).healthy);
  EXPECT_FALSE(view_cluster(cluster("Cluster in healthy state", 1)).healthy);
  EXPECT_FALSE(view_cluster(cluster("Failing over", 2)).healthy);
  EXPECT_FALSE(view_cluster(json::object{}).healthy);
}

TEST(ClusterView, ReadsStatus) {
  auto const view = view_cluster(cluster("Failing over", 1));
  EXPECT_EQ(view.name, "orders");
  EXPECT_EQ(view.uid, "u1");
  EXPECT_EQ(view.primary, "orders-1");
  EXPECT_EQ(view.timeline, 3);
  EXPECT_TRUE(view.backup_configured);
  EXPECT_TRUE(view.archiving.known);
  EXPECT_FALSE(view.archiving.holds);
  EXPECT_EQ(view.archiving.message, "no");
  EXPECT_TRUE(view.ready.holds);
  EXPECT_FALSE(view.last_backup.known);
}

TEST(ClusterView, PluginThatArchivesCountsAsBackup) {
  json::value object = {{"spec", {{"plugins", json::array{{{"name", "p"}, {"isWALArchiver", true}}}}}}};
  EXPECT_TRUE(view_cluster(object).backup_configured);
  object.at("spec").at("plugins").at(0).as_object()["isWALArchiver"] = false;
  EXPECT_FALSE(view_cluster(object).backup_configured);
}

json::value backup(std::string_view name, std::string_view phase, std::string_view stopped) {
  json::object status = {
      {"phase", phase}, {"endWal", "000000010000000000000005"}, {"backupId", "20261124T030201"}};
  if (!stopped.empty()) status["stoppedAt"] = stopped;
  return {{"metadata", {{"name", name}}},
          {"spec", {{"cluster", {{"name", "orders"}}}}},
          {"status", std::move(status)}};
}

TEST(BackupView, UsableNeedsItsLastWalArchived) {
  auto const view = view_backup(backup("b", "completed", "2026-11-24T03:02:06Z"));
  EXPECT_EQ(view.backup_id, "20261124T030201");
  EXPECT_TRUE(usable(view, "000000010000000000000005"));
  EXPECT_FALSE(usable(view, "000000010000000000000004"));
  EXPECT_FALSE(usable(view_backup(backup("b", "running", "")), "000000010000000000000009"));
  EXPECT_TRUE(view_backup(backup("b", "walArchivingFailing", "")).blocks_others);
  EXPECT_FALSE(view.blocks_others);
}

TEST(BackupView, OrderedByTheirEnd) {
  auto const views = backups_of(
      "orders", {backup("running", "running", ""), backup("new", "completed", "2026-11-24T04:00:00Z"),
                 backup("old", "completed", "2026-11-24T03:00:00Z")});
  std::vector<std::string> names;
  for (auto const& view : views) names.push_back(view.name);
  EXPECT_THAT(names, testing::ElementsAre("old", "new", "running"));
  EXPECT_TRUE(backups_of("other", {backup("b", "completed", "")}).empty());
}

}  // namespace
}  // namespace pgdrill::cnpg
