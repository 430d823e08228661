#include "probes/append_verdict.hpp"

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
  EXPECT_THAT(kinds(checker.read("k", {1, 3}, 3, "b")), ElementsAre("split brain"));
}

TEST(AppendLists, AServerThatWasReplacedMustNotAnswerAgain) {
  auto checker = after_appends(1);
  EXPECT_THAT(checker.read("k", {1}, 1, "a"), IsEmpty());
  EXPECT_THAT(checker.read("k", {1}, 1, "b"), IsEmpty());
  EXPECT_THAT(kinds(checker.read("k", {1}, 1, "a")), ElementsAre("split brain"));
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
