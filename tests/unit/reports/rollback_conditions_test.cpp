// When to roll back, until when, and how: in figures and commands of the run's own.
#include <gmock/gmock.h>

#include "reports/evidence_parts.hpp"
#include "reports/metrics.hpp"
#include "reports/point_of_no_return.hpp"
#include "reports/recovery_manifest.hpp"
#include "tests/unit/reports/journal_builder.hpp"

namespace pgdrill::reports {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A captured target and what the drill restored it with, before a run that passes.
JournalBuilder with_target(JournalBuilder journal, std::string const& policy = "30d") {
  journal.add("fact", {{"name", "cluster-before"}, {"value", {{"retention_policy", policy}}}});
  journal.add("fact", {{"name", "captured-target"},
                       {"value",
                        {{"backup_id", "20261124T010000"},
                         {"wal", "000000010000000000000005"},
                         {"time", "2026-11-24T03:00:00Z"},
                         {"lsn", "0/5000000"},
                         {"timeline", 1}}}});
  journal.add(
      "fact",
      {{"name", "restore-manifest"},
       {"value",
        {{"metadata", {{"name", "orders-r1"}, {"labels", {{"pgdrill.io/run", "r1"}}}}},
         {"spec", {{"instances", 1}, {"backup", {{"barmanObjectStore", {{"serverName", "orders-r1"}}}}}}}}}});
  return journal;
}

std::string conditions(JournalBuilder const& journal) {
  Run const run = journal.run();
  return rollback_conditions(run, judge(run));
}

TEST(RollbackConditions, SayFromFiguresWhenAndUntilWhen) {
  std::string const text = conditions(with_target(passing_run()));
  EXPECT_THAT(text, AllOf(HasSubstr("at least until 2026-12-24T03:00:00Z</b> (retention policy 30d)"),
                          HasSubstr("<code>20261124T010000</code>"),
                          HasSubstr("reads or writes fail for 30.0 s, half of the RTO")));
  EXPECT_THAT(text, HasSubstr("To meet the RTO of 60 s, decide within"));
  EXPECT_THAT(conditions(with_target(passing_run(), "")),
              AllOf(Not(HasSubstr("at least until")), HasSubstr("sets no retention policy")));
}

TEST(RollbackConditions, NameWhoSaysHowLongBackupsAreKept) {
  auto const text = [](json::object cluster) {
    JournalBuilder journal = with_target(passing_run());
    journal.add("fact", {{"name", "cluster-before"}, {"value", std::move(cluster)}});
    return conditions(journal);
  };
  EXPECT_THAT(text({{"retention_policy", "4w"}, {"retention_source", "ObjectStore develop/store"}}),
              HasSubstr("2026-12-22T03:00:00Z</b> (retention policy 4w of ObjectStore develop/store)"));
  EXPECT_THAT(text({{"retention_policy", ""}, {"retention_source", "ObjectStore develop/store"}}),
              HasSubstr("ObjectStore develop/store sets no retention policy"));
  EXPECT_THAT(
      text({{"retention_source", "ObjectStore develop/store"}, {"retention_unknown", "forbidden <b>"}}),
      AllOf(HasSubstr("could not be read (forbidden &lt;b&gt;)"), Not(HasSubstr("at least until"))));
}

TEST(RollbackConditions, TheCommandsNameRealObjects) {
  std::string const text = conditions(with_target(passing_run()));
  EXPECT_THAT(text, HasSubstr("create -f recovery-cluster.yaml"));
  EXPECT_THAT(text, HasSubstr("cluster/orders-recovered"));
  EXPECT_THAT(text, Not(HasSubstr("RECOVERED")));
  EXPECT_THAT(text, Not(HasSubstr("in it: metadata.name"))) << "nothing is left to be written by hand";
}

TEST(RollbackConditions, WithoutATargetNoWayBackIsPromised) {
  EXPECT_THAT(conditions(started_run()), HasSubstr("proves no way back"));
}

TEST(RecoveryManifest, IsTheDrillsOwnUnderAnotherName) {
  std::string const yaml = recovery_manifest(with_target(passing_run()).run());
  EXPECT_THAT(yaml, AllOf(HasSubstr("kind: Cluster"), HasSubstr("name: orders-recovered"),
                          HasSubstr("serverName: orders-recovered"), Not(HasSubstr("orders-r1")),
                          Not(HasSubstr("pgdrill.io/run"))))
      << "it must not archive where the drill did, nor be cleaned up with it";
  EXPECT_THAT(recovery_manifest(passing_run().run()), IsEmpty());
}

PointOfNoReturn point(JournalBuilder const& journal) {
  Run const run = journal.run();
  return point_of_no_return(run, judge(run));
}

TEST(PointOfNoReturnTest, IsKnownOnlyWhereTheRunShowsIt) {
  EXPECT_EQ(point(passing_run()).reached, std::nullopt) << "no target was captured";
  JournalBuilder restored = with_target(passing_run());
  EXPECT_EQ(point(restored.mark("cluster-ready").mark("verified")).reached, false);
  JournalBuilder tried = with_target(started_run());
  EXPECT_EQ(point(tried).reached, std::nullopt) << "nothing was restored";
  EXPECT_EQ(point(tried.check("target-archived", "archive", "failed")).reached, true);
}

std::string metrics_of(JournalBuilder const& journal) {
  Run const run = journal.run();
  return metrics_text(run, judge(run));
}

TEST(PointOfNoReturnTest, ItsMetricIsLeftOutWhileUnknown) {
  JournalBuilder restored = with_target(passing_run());
  restored.mark("cluster-ready").mark("verified");
  EXPECT_THAT(metrics_of(restored), testing::ContainsRegex("point_of_no_return_reached\\{[^}]*\\} 0\n"));
  EXPECT_THAT(metrics_of(with_target(started_run())), Not(HasSubstr("point_of_no_return")));
}

}  // namespace
}  // namespace pgdrill::reports
