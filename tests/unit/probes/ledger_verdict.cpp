#include "probes/ledger_verdict.hpp"

#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "probes/ledger_log.hpp"

namespace pgdrill::probes {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto acknowledged = WriteStatus::acknowledged;
constexpr auto failed = WriteStatus::failed;
constexpr auto unknown = WriteStatus::unknown;

std::vector<LedgerWrite> writes(std::vector<WriteStatus> const& statuses) {
  std::vector<LedgerWrite> result;
  for (auto const status : statuses) {
    auto const sequence = static_cast<std::int64_t>(result.size()) + 1;
    result.push_back({sequence, status, sequence * 100, sequence * 100 + 10, "orders"});
  }
  return result;
}

std::vector<LedgerRow> rows(std::vector<std::int64_t> const& sequences) {
  std::vector<LedgerRow> result;
  for (auto const sequence : sequences)
    result.push_back({sequence, ledger_payload("run", "ledger", sequence)});
  return result;
}

LedgerVerdict judge(std::vector<WriteStatus> const& statuses, std::vector<std::int64_t> const& found,
                    LedgerBoundary boundary = {}) {
  return ledger_verdict(writes(statuses), rows(found), boundary, "run", "ledger");
}

TEST(LedgerVerdict, WithoutTargetEveryAcknowledgedWriteMustBeThere) {
  auto const verdict = judge({acknowledged, failed, unknown, acknowledged, unknown}, {1, 3, 4});
  EXPECT_TRUE(verdict.clean());
  EXPECT_EQ(verdict.acknowledged, 2);
  EXPECT_EQ(verdict.failed, 1);
  EXPECT_EQ(verdict.unknown, 2);
  EXPECT_EQ(verdict.present, 2);
  EXPECT_EQ(verdict.rpo_ns, 0);
}

TEST(LedgerVerdict, LostWriteIsNamedAndMeasured) {
  auto const verdict = judge({acknowledged, acknowledged, acknowledged}, {1, 3});
  EXPECT_THAT(verdict.lost, ElementsAre(2));
  EXPECT_FALSE(verdict.clean());
  EXPECT_EQ(verdict.present, 2);
  EXPECT_EQ(verdict.rpo_ns, 310 - 200);
}

TEST(LedgerVerdict, RefusedOrUnsentRowsAreResurrected) {
  EXPECT_THAT(judge({acknowledged, failed}, {1, 2, 9}).resurrected, ElementsAre(2, 9));
}

TEST(LedgerVerdict, DuplicatedAndAlteredRowsAreNamed) {
  auto found = rows({1, 2, 2, 3});
  found.back().payload.back() = found.back().payload.back() == '0' ? '1' : '0';
  auto const verdict =
      ledger_verdict(writes({acknowledged, acknowledged, acknowledged}), found, {}, "run", "ledger");
  EXPECT_THAT(verdict.duplicated, ElementsAre(2));
  EXPECT_THAT(verdict.altered, ElementsAre(3));
  EXPECT_THAT(verdict.lost, IsEmpty());
}

TEST(LedgerVerdict, PayloadsOfAnotherRunAreAltered) {
  std::vector<LedgerRow> const found = {{1, ledger_payload("other", "ledger", 1)}};
  EXPECT_THAT(ledger_verdict(writes({acknowledged}), found, {}, "run", "ledger").altered, ElementsAre(1));
}

// Writes 1-3 before the target, 4 while it was captured, 5-6 after it on the old database, 7 without an
// answer during the cut-over, 8-9 on the restored one.
LedgerBoundary const boundary{.last_before = 3, .first_after = 5, .resumed_from = 8};
std::vector<WriteStatus> const around_target = {acknowledged, acknowledged, acknowledged,
                                                acknowledged, acknowledged, acknowledged,
                                                unknown,      acknowledged, acknowledged};

TEST(LedgerVerdict, TargetDividesWhatMustBeThereFromWhatMustBeGone) {
  struct Case {
    std::string name;
    std::vector<std::int64_t> found;
    std::vector<std::int64_t> lost;
    std::vector<std::int64_t> resurrected;
    std::int64_t rightly_absent;
  };
  for (auto const& one : std::vector<Case>{
           {"exact", {1, 2, 3, 8, 9}, {}, {}, 2},
           {"write during capture may be there", {1, 2, 3, 4, 8, 9}, {}, {}, 2},
           {"unanswered write may be there", {1, 2, 3, 7, 8, 9}, {}, {}, 2},
           {"one before the target lost", {1, 2, 8, 9}, {3}, {}, 2},
           {"first one lost", {2, 3, 8, 9}, {1}, {}, 2},
           {"one after the target came back", {1, 2, 3, 5, 8, 9}, {}, {5}, 1},
           {"the damage is still in", {1, 2, 3, 4, 5, 6, 8, 9}, {}, {5, 6}, 0},
           {"one after the cut-over lost", {1, 2, 3, 9}, {8}, {}, 2},
           {"all lost", {}, {1, 2, 3, 8, 9}, {}, 2},
       }) {
    auto const verdict = judge(around_target, one.found, boundary);
    EXPECT_EQ(verdict.lost, one.lost) << one.name;
    EXPECT_EQ(verdict.resurrected, one.resurrected) << one.name;
    EXPECT_EQ(verdict.rightly_absent, one.rightly_absent) << one.name;
    EXPECT_EQ(verdict.clean(), one.lost.empty() && one.resurrected.empty()) << one.name;
  }
}

// The same, and 10 while a second target was captured, 11 after it, 12 on the Cluster that was restored then.
TEST(LedgerVerdict, WhatAnEarlierRollbackTookBackStaysAway) {
  std::vector<WriteStatus> statuses = around_target;
  statuses.insert(statuses.end(), {acknowledged, acknowledged, acknowledged});
  LedgerBoundary const second{.last_before = 9, .first_after = 11, .resumed_from = 12, .earlier = {boundary}};
  auto const right = judge(statuses, {1, 2, 3, 8, 9, 12}, second);
  EXPECT_TRUE(right.clean());
  EXPECT_EQ(right.rightly_absent, 3) << "5, 6 and 11";
  auto const wrong = judge(statuses, {1, 2, 4, 5, 7, 9, 10, 11, 12}, second);
  EXPECT_THAT(wrong.lost, ElementsAre(3, 8));
  EXPECT_THAT(wrong.resurrected, ElementsAre(5, 11));
}

TEST(LedgerVerdict, BeforeTheCutOverNothingHasResumed) {
  auto const verdict =
      judge({acknowledged, acknowledged, acknowledged}, {1}, {.last_before = 1, .first_after = 2});
  EXPECT_TRUE(verdict.clean());
  EXPECT_EQ(verdict.rightly_absent, 2);
}

TEST(LedgerVerdict, ResumptionIsTheFirstWriteOfTheRestoredCluster) {
  auto all = writes(around_target);
  all[7].origin = all[8].origin = "orders-r1";
  EXPECT_EQ(resumed_from(all, 5, "orders-r1"), 8);
  EXPECT_EQ(resumed_from(all, 5, "elsewhere"), 0);
}

TEST(LedgerLog, ComesBackAsWrittenAndAnUnfinishedWriteIsUnknown) {
  auto const directory = make_temporary_directory();
  ASSERT_TRUE(directory);
  {
    auto const log = LedgerLog::open(*directory, "ledger");
    auto const other = LedgerLog::open(*directory, "other");
    ASSERT_TRUE(log && other);
    ASSERT_TRUE((*log)->sent(1, 100));
    ASSERT_TRUE((*other)->sent(1, 150));
    ASSERT_TRUE((*log)->ended({1, acknowledged, 100, 110, "orders"}));
    ASSERT_TRUE((*log)->sent(2, 200));
    ASSERT_TRUE((*log)->ended({2, failed, 200, 210, ""}));
    ASSERT_TRUE((*log)->sent(3, 300));
  }
  auto const read = read_ledger_log(*directory, "ledger");
  std::filesystem::remove_all(*directory);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 3U);
  EXPECT_EQ((*read)[0].status, acknowledged);
  EXPECT_EQ((*read)[0].sent_ns, 100);
  EXPECT_EQ((*read)[0].ended_ns, 110);
  EXPECT_EQ((*read)[0].origin, "orders");
  EXPECT_EQ((*read)[1].status, failed);
  EXPECT_EQ((*read)[2].status, unknown);
}

TEST(LedgerLog, MissingFileIsAnError) { EXPECT_FALSE(read_ledger_log("/nonexistent", "ledger")); }

TEST(LedgerVerdict, AServerThatWasReplacedMustNotAcknowledge) {
  auto list = writes({acknowledged, acknowledged, acknowledged, acknowledged, acknowledged});
  list[2].origin = "restored";
  list[3].origin = "orders";  // the old cluster takes writes although the restored one has taken its place
  list[4].origin = "restored";
  auto const verdict = ledger_verdict(list, rows({1, 2, 3, 4, 5}), {}, "run", "ledger");
  EXPECT_THAT(verdict.split_brain, ElementsAre(4));
  EXPECT_FALSE(verdict.clean());
}

TEST(LedgerVerdict, AnOlderTimelineOfTheSameClusterIsASecondPrimary) {
  auto list = writes({acknowledged, acknowledged, acknowledged, acknowledged});
  list[0].timeline = 1;
  list[1].timeline = 2;
  list[2].timeline = 1;
  list[3].timeline = 2;
  EXPECT_THAT(ledger_verdict(list, rows({1, 2, 3, 4}), {}, "run", "ledger").split_brain, ElementsAre(3));
  list[2].timeline = 0;  // not known
  EXPECT_THAT(ledger_verdict(list, rows({1, 2, 3, 4}), {}, "run", "ledger").split_brain, IsEmpty());
}

TEST(LedgerVerdict, RowsBeforeBetweenAndAfterTheWritesAreResurrected) {
  auto list = writes({acknowledged, acknowledged, acknowledged});
  list.erase(list.begin() + 1);
  auto const verdict = ledger_verdict(list, rows({0, 1, 2, 3, 9}), {}, "run", "ledger");
  EXPECT_THAT(verdict.resurrected, ElementsAre(0, 2, 9));
  EXPECT_EQ(verdict.present, 2);
}

}  // namespace
}  // namespace pgdrill::probes
