#include "probes/append_verdict.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/unit/probes/fake_namespace.hpp"

namespace pgdrill::probes {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

/// A checker to which elements 1 to `count` of list "k" were appended and acknowledged.
ListChecker after_appends(std::int64_t count) {
  ListChecker checker;
  for (std::int64_t element = 1; element <= count; ++element) {
    checker.sent("k", element);
    checker.ended("k", element, WriteStatus::acknowledged);
  }
  return checker;
}

std::vector<std::string> kinds(std::vector<ListAnomaly> const& anomalies) {
  std::vector<std::string> result;
  for (auto const& one : anomalies) result.push_back(one.kind);
  return result;
}

/// Two closed lists, written in turn: "one" has 1, 3, 5 and "two" 2, 4, 6.
ListChecker two_closed_lists() {
  ListChecker checker;
  for (std::int64_t element = 1; element <= 6; ++element) {
    std::string const key = element % 2 == 1 ? "one" : "two";
    checker.sent(key, element);
    checker.ended(key, element, WriteStatus::acknowledged);
  }
  EXPECT_THAT(checker.read("one", {1, 3, 5}, 3, "a"), IsEmpty());
  EXPECT_THAT(checker.read("two", {2, 4, 6}, 3, "a"), IsEmpty());
  checker.close("one");
  checker.close("two");
  return checker;
}

TEST(AppendLists, ReadsThatGoOnAreRight) {
  auto checker = after_appends(3);
  EXPECT_THAT(checker.read("k", {1}, 1, "a"), IsEmpty());
  EXPECT_THAT(checker.read("k", {1, 2}, 2, "a"), IsEmpty());
  EXPECT_THAT(checker.read("k", {1, 2, 3}, 3, "a"), IsEmpty());
  EXPECT_THAT(checker.read("other", {}, 0, "a"), IsEmpty());
}

TEST(AppendLists, AnAcknowledgedElementThatIsMissingIsALostUpdate) {
  auto checker = after_appends(3);
  EXPECT_THAT(kinds(checker.read("k", {1, 3}, 3, "a")), ElementsAre("lost update"));
}

TEST(AppendLists, AnElementOnItsWayMayBeMissing) {
  auto checker = after_appends(2);
  checker.sent("k", 3);
  EXPECT_THAT(checker.read("k", {1, 2}, 2, "a"), IsEmpty());
  EXPECT_THAT(checker.read("k", {1, 2, 3}, 2, "a"), IsEmpty()) << "it may also be there";
}

TEST(AppendLists, AShorterListIsTimeTravel) {
  auto checker = after_appends(3);
  EXPECT_THAT(checker.read("k", {1, 2, 3}, 3, "a"), IsEmpty());
  EXPECT_THAT(kinds(checker.read("k", {1, 2}, 2, "a")), ElementsAre("time travel"));
}

TEST(AppendLists, TwoContinuationsAreASplitBrain) {
  auto checker = after_appends(3);
  EXPECT_THAT(checker.read("k", {1, 2}, 2, "a"), IsEmpty());
  EXPECT_THAT(kinds(checker.read("k", {1, 3}, 1, "a")), ElementsAre("split brain"));
}

TEST(AppendLists, RepeatedRefusedAndUnknownElementsAreTold) {
  auto checker = after_appends(1);
  checker.sent("k", 2);
  checker.ended("k", 2, WriteStatus::failed);
  EXPECT_THAT(kinds(checker.read("k", {1, 1}, 1, "a")), ElementsAre("duplicated"));
  EXPECT_THAT(kinds(checker.read("k", {1, 1, 2, 9}, 1, "a")),
              ElementsAre("duplicated", "resurrected", "resurrected"));
}

TEST(AppendLists, ARestoredListMayBeShorterButMustBeABeginning) {
  auto checker = after_appends(4);
  EXPECT_THAT(checker.read("k", {1, 2, 3, 4}, 4, "a"), IsEmpty());
  EXPECT_THAT(checker.read("k", {1, 2}, 4, "b"), IsEmpty());
  checker.sent("k", 5);
  checker.ended("k", 5, WriteStatus::acknowledged);
  EXPECT_THAT(checker.read("k", {1, 2, 5}, checker.acknowledged("k"), "b"), IsEmpty());
  EXPECT_THAT(kinds(checker.read("k", {1, 2}, checker.acknowledged("k"), "b")),
              ElementsAre("time travel", "lost update"));
}

TEST(AppendLists, ARestoredListThatWentOnOtherwiseIsWrong) {
  auto checker = after_appends(3);
  EXPECT_THAT(checker.read("k", {1, 2, 3}, 3, "a"), IsEmpty());
  EXPECT_THAT(kinds(checker.read("k", {1, 3}, 3, "b")), ElementsAre("split brain", "lost update"));
}

TEST(AppendLists, AServerThatWasReplacedMustNotAnswerAgain) {
  auto checker = after_appends(1);
  EXPECT_THAT(checker.read("k", {1}, 1, "a"), IsEmpty());
  EXPECT_THAT(checker.read("k", {1}, 1, "b"), IsEmpty());
  EXPECT_THAT(kinds(checker.read("k", {1}, 1, "a")), ElementsAre("split brain"));
}

TEST(AppendLists, AServerThatWasReplacedForOneListIsForAll) {
  auto checker = two_closed_lists();
  EXPECT_THAT(checker.read("one", {1, 3, 5}, 99, "b"), IsEmpty());
  EXPECT_THAT(kinds(checker.read("two", {2, 4, 6}, 99, "a")), ElementsAre("split brain"));
  EXPECT_THAT(checker.read("one", {1, 3, 5}, 99, "b"), IsEmpty()) << "it is the one that took over";
}

TEST(AppendLists, AListIsPackedAsItsStretches) {
  for (auto const& list : std::vector<std::vector<std::int64_t>>{
           {}, {7}, {4, 8, 12, 16}, {4, 8, 16, 20, 24}, {3, 3, 2, 1, 9, 9, 9}, {1, 2, 4}}) {
    EXPECT_EQ(unpack_list(pack_list(list)), list);
  }
  EXPECT_THAT(pack_list({4, 8, 12, 16}), ElementsAre(Stretch{4, 4, 4})) << "memory does not grow with it";
}

TEST(AppendLists, AClosedListIsJudgedAsBefore) {
  auto const closed = [] {
    auto checker = after_appends(4);
    checker.sent("k", 5);  // without an answer
    EXPECT_THAT(checker.read("k", {1, 2, 3, 4}, 4, "a"), IsEmpty());
    checker.close("k");
    return checker;
  };
  auto const again = [&](std::vector<std::int64_t> const& now, std::string const& server) {
    return kinds(closed().read("k", now, 99, server));
  };
  EXPECT_THAT(again({1, 2, 3, 4}, "a"), IsEmpty());
  EXPECT_THAT(again({1, 2, 3, 4, 5}, "a"), IsEmpty()) << "it was sent";
  EXPECT_THAT(again({1, 2}, "b"), IsEmpty()) << "restored to a moment before";
  EXPECT_THAT(again({1, 2, 3}, "a"), ElementsAre("time travel", "lost update"));
  EXPECT_THAT(again({1, 3, 4}, "a"), ElementsAre("split brain", "lost update"));
  EXPECT_THAT(again({1, 3, 4}, "b"), testing::Contains("split brain"));
  EXPECT_THAT(again({1, 2, 3, 4, 6}, "a"), ElementsAre("resurrected"));
  auto checker = closed();
  EXPECT_THAT(checker.read("k", {1, 2, 3}, 99, "a"), testing::SizeIs(2));
  EXPECT_THAT(checker.read("k", {1, 2, 3}, 99, "a"), IsEmpty()) << "told once";
}

TEST(AppendLists, AListThatARestoreLostIsToldByThoseThatItKept) {
  auto checker = two_closed_lists();
  EXPECT_THAT(checker.read("one", {}, 99, "b"), IsEmpty()) << "the moment may be before all of it";
  EXPECT_THAT(checker.read("two", {2, 4}, 99, "b"), IsEmpty());
  EXPECT_THAT(kinds(checker.read("one", {}, 99, "b")), ElementsAre("lost update"));
  EXPECT_THAT(checker.read("one", {}, 99, "b"), IsEmpty()) << "told once";
}

TEST(AppendLists, ARestoreOfAllListsToOneMomentIsRight) {
  auto checker = two_closed_lists();
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(checker.read("one", {1, 3}, 99, "b"), IsEmpty());
    EXPECT_THAT(checker.read("two", {2}, 99, "b"), IsEmpty());
    // What is appended after the restore is later than all of it.
    checker.sent("three", 7);
    checker.ended("three", 7, WriteStatus::acknowledged);
    EXPECT_THAT(checker.read("three", {7}, 1, "b"), IsEmpty());
  }
}

/// As two_closed_lists, restored to server "b" where list "three" got element 7 and only it was read, then to
/// "c".
ListChecker restored_twice() {
  auto checker = two_closed_lists();
  checker.sent("three", 7);
  checker.ended("three", 7, WriteStatus::acknowledged);
  EXPECT_THAT(checker.read("three", {7}, 1, "b"), IsEmpty());
  EXPECT_THAT(checker.read("three", {7}, 1, "c"), IsEmpty());
  return checker;
}

TEST(AppendLists, WhatTheFirstOfTwoRestoresTookIsNotLostByTheSecond) {
  auto checker = restored_twice();
  EXPECT_THAT(checker.read("one", {1, 3}, 99, "c"), IsEmpty());
  EXPECT_THAT(checker.read("two", {2, 4}, 99, "c"), IsEmpty());
}

TEST(AppendLists, WhatTheFirstOfTwoRestoresKeptMustStay) {
  auto checker = two_closed_lists();
  EXPECT_THAT(checker.read("one", {1, 3, 5}, 99, "b"), IsEmpty());
  checker.sent("three", 7);
  checker.ended("three", 7, WriteStatus::acknowledged);
  EXPECT_THAT(checker.read("three", {7}, 1, "b"), IsEmpty());
  EXPECT_THAT(checker.read("three", {7}, 1, "c"), IsEmpty());
  EXPECT_THAT(kinds(checker.read("two", {2}, 99, "c")), ElementsAre("lost update")) << "4 came before 5";
}

TEST(AppendLists, OfAListUnreadBetweenTwoRestoresItIsNotKnownHowItWentOn) {
  auto checker = after_appends(3);
  EXPECT_THAT(checker.read("k", {1, 2, 3}, 3, "a"), IsEmpty());
  checker.sent("other", 4);
  checker.ended("other", 4, WriteStatus::acknowledged);
  EXPECT_THAT(checker.read("other", {4}, 1, "b"), IsEmpty());
  checker.sent("k", 5);  // of the appends on "b" no read came back
  checker.ended("k", 5, WriteStatus::acknowledged);
  EXPECT_THAT(checker.read("other", {4}, 1, "c"), IsEmpty());
  EXPECT_THAT(checker.read("k", {1, 2, 5}, 3, "c"), IsEmpty());
}

TEST(AppendLists, ListsAreParsed) {
  EXPECT_THAT(parse_list(""), IsEmpty());
  EXPECT_THAT(parse_list("3,12,1"), ElementsAre(3, 12, 1));
}

std::size_t count(test::FakeRun const& run, std::string_view status) {
  auto const all = run.events("sample");
  return static_cast<std::size_t>(std::ranges::count_if(
      all, [&](auto const& sample) { return sample.at("status").as_string() == status; }));
}

TEST(AppendLists, ALostElementIsSeenInADatabase) {
  test::FakeRun run(test::PostgresServer::shared().fresh_database());
  bool lost = false;
  auto const done = [&] {
    if (!lost && count(run, "right") > 10) {
      // A list of one element has no first one that could go.
      lost = test::query_value(
                 run.backend().database,
                 "WITH cut AS (UPDATE pgdrill.lists SET items = regexp_replace(items, "
                 "'^[0-9]+,', '') WHERE items LIKE '%,%' RETURNING 1) SELECT count(*) FROM cut") != "0";
    }
    return count(run, "wrong") > 0;
  };
  run_to_end(test::run_probe_until(run, test::probe_spec("append-lists", {{"every", "10ms"}}), done));
  EXPECT_EQ(count(run, "failed"), 0U);
  auto const findings = run.events("finding");
  ASSERT_FALSE(findings.empty());
  EXPECT_THAT(get_string(findings.front(), "what"), testing::HasSubstr("split brain"));
}

TEST(AppendLists, ALostElementOfAClosedListIsSeenInADatabase) {
  test::FakeRun run(test::PostgresServer::shared().fresh_database());
  bool lost = false;
  auto const done = [&] {
    if (!lost && count(run, "right") > 20) {
      // The first of the lists: closed since the fourth element of its turn.
      lost = true;
      EXPECT_EQ(
          test::query_value(run.backend().database,
                            "WITH cut AS (UPDATE pgdrill.lists SET items = regexp_replace(items, "
                            "',[0-9]+$', '') WHERE key = 'list-1' RETURNING 1) SELECT count(*) FROM cut"),
          "1");
    }
    return count(run, "wrong") > 0;
  };
  run_to_end(test::run_probe_until(
      run, test::probe_spec("append-lists", {{"every", "10ms"}, {"lists", 2}, {"length", 3}}), done));
  EXPECT_EQ(count(run, "failed"), 0U);
  auto const findings = run.events("finding");
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(get_string(findings.front(), "object"), "list list-1");
  EXPECT_THAT(get_string(findings.front(), "what"), testing::HasSubstr("time travel"));
}

TEST(Bank, MoneyThatVanishesIsSeen) {
  test::FakeRun run(test::PostgresServer::shared().fresh_database());
  bool stolen = false;
  auto const done = [&] {
    if (!stolen && count(run, "right") > 10) {
      test::run_sql(run.backend().database,
                    "UPDATE pgdrill.bank_accounts SET balance = balance - 1 WHERE account = 1");
      stolen = true;
    }
    return count(run, "wrong") > 0;
  };
  run_to_end(test::run_probe_until(run, test::probe_spec("bank", {{"every", "10ms"}}), done));
  EXPECT_EQ(count(run, "failed"), 0U);
  EXPECT_THAT(get_string(run.events("sample").back(), "value"), testing::HasSubstr("7999 instead of 8000"));
}

/// As a restore: the transfers after a number are gone, from both sides.
void return_to(postgres::ConnectionParameters const& database, int sequence) {
  test::run_sql(
      database,
      fmt::format(
          "WITH gone AS (DELETE FROM pgdrill.bank_transfers WHERE sequence > {} RETURNING *), moved "
          "AS (SELECT account, sum(amount) AS amount FROM (SELECT debtor AS account, amount FROM gone "
          "UNION ALL SELECT creditor, -amount FROM gone) m GROUP BY account) UPDATE "
          "pgdrill.bank_accounts a SET balance = balance + m.amount FROM moved m WHERE a.account = "
          "m.account",
          sequence));
}

TEST(Bank, ReturnsToEarlierMomentsAreRightAndItGoesOn) {
  test::FakeRun run(test::PostgresServer::shared().fresh_database());
  std::vector<int> moments{50, 80, 20};  // 80 is after the first return: of what was moved since then
  std::size_t next = 110;
  auto const done = [&] {
    if (count(run, "right") <= next) return false;
    if (moments.empty()) return true;
    return_to(run.backend().database, moments.front());
    moments.erase(moments.begin());
    next = count(run, "right") + 5;
    return false;
  };
  run_to_end(test::run_probe_until(run, test::probe_spec("bank", {{"every", "10ms"}}), done));
  EXPECT_EQ(count(run, "wrong"), 0U);
}

TEST(Bank, WhatTheSecondReturnTookByHalfIsSeen) {
  test::FakeRun run(test::PostgresServer::shared().fresh_database());
  int stage = 0;
  auto const done = [&] {
    if (stage == 0 && count(run, "right") > 30) {
      return_to(run.backend().database, 20);
      stage = 1;
    } else if (stage == 1 && count(run, "right") > 40) {
      test::run_sql(run.backend().database, "DELETE FROM pgdrill.bank_transfers WHERE sequence > 10");
      stage = 2;
    }
    return count(run, "wrong") > 0;
  };
  run_to_end(test::run_probe_until(run, test::probe_spec("bank", {{"every", "10ms"}}), done));
  EXPECT_EQ(stage, 2) << "the first return is right";
  EXPECT_THAT(get_string(run.events("sample").back(), "value"), testing::HasSubstr("are not what"));
}

TEST(Bank, ATransferThatIsThereByHalfIsSeen) {
  test::FakeRun run(test::PostgresServer::shared().fresh_database());
  bool halved = false;
  auto const done = [&] {
    if (!halved && count(run, "right") > 10) {
      test::run_sql(run.backend().database,
                    "DELETE FROM pgdrill.bank_transfers WHERE sequence = (SELECT min(sequence) FROM "
                    "pgdrill.bank_transfers)");
      halved = true;
    }
    return count(run, "wrong") > 0;
  };
  run_to_end(test::run_probe_until(run, test::probe_spec("bank", {{"every", "10ms"}}), done));
  EXPECT_THAT(get_string(run.events("sample").back(), "value"),
              testing::HasSubstr("2 balances are not what"));
}

}  // namespace
}  // namespace pgdrill::probes
