#include "probes/split_brain.hpp"

#include <gmock/gmock.h>

namespace pgdrill::probes {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Found = std::map<std::string, std::vector<std::int64_t>>;

/// Where the writes of one record went.
struct Server {
  std::string cluster = "orders";
  std::int64_t timeline = 1;
  std::string started = "";
};

LedgerWrite write(std::int64_t sequence, std::int64_t sent, std::int64_t ended, Server const& server) {
  return {.sequence = sequence,
          .status = WriteStatus::acknowledged,
          .sent_ns = sent,
          .ended_ns = ended,
          .origin = server.cluster,
          .timeline = server.timeline,
          .server = server.started};
}

LedgerWriter record(std::string probe, std::vector<LedgerWrite> writes) {
  return {std::move(probe), [writes = std::move(writes), at = 0U]() mutable -> std::optional<LedgerWrite> {
            if (at == writes.size()) return std::nullopt;
            return writes[at++];
          }};
}

/// Two records that take turns: the first one's writes are sent at 0, 20, 40, the other's at 10, 30, 50.
Found in_turns(Server const& one, Server const& other) {
  return find_split_brain(
      {record("one", {write(1, 0, 5, one), write(2, 20, 25, one), write(3, 40, 45, one)}),
       record("two", {write(1, 10, 15, other), write(2, 30, 35, other), write(3, 50, 55, other)})});
}

TEST(SplitBrain, TheOlderTimelineIsTheReplacedOneWhoeverCameFirst) {
  EXPECT_THAT(in_turns({.timeline = 1}, {.timeline = 2}), ElementsAre(Pair("one", ElementsAre(2, 3))));
  EXPECT_THAT(in_turns({.timeline = 2}, {.timeline = 1}), ElementsAre(Pair("two", ElementsAre(1, 2, 3))));
}

TEST(SplitBrain, AClusterThatOneLedgerLeftMustNotAnswerAnother) {
  EXPECT_THAT(in_turns({.cluster = "orders"}, {.cluster = "orders-r1"}),
              ElementsAre(Pair("one", ElementsAre(2, 3))));
}

TEST(SplitBrain, TwoServersOfOneTimelineAreTwoPrimaries) {
  EXPECT_THAT(in_turns({.timeline = 2, .started = "100.5"}, {.timeline = 2, .started = "101.5"}),
              ElementsAre(Pair("one", ElementsAre(2, 3))));
}

TEST(SplitBrain, OneServerForAllIsRight) {
  EXPECT_THAT(in_turns({.started = "100.5"}, {.started = "100.5"}), IsEmpty());
}

TEST(SplitBrain, ACleanSwitchoverIsRight) {
  Server const before{.timeline = 1, .started = "100.5"};
  Server const after{.timeline = 2, .started = "101.5"};
  EXPECT_THAT(find_split_brain({record("one", {write(1, 0, 5, before), write(2, 20, 25, after)}),
                                record("two", {write(1, 10, 15, before), write(2, 30, 35, after)})}),
              IsEmpty());
}

TEST(SplitBrain, WhatWasUnderWayDuringTheSwitchoverProvesNothing) {
  Server const before{.timeline = 1, .started = "100.5"};
  Server const after{.timeline = 2, .started = "101.5"};
  // The former primary's last answer was heard after the first answer of the next one.
  EXPECT_THAT(find_split_brain({record("one", {write(1, 0, 30, before), write(2, 40, 45, after)}),
                                record("two", {write(1, 10, 15, after), write(2, 32, 35, after)})}),
              IsEmpty());
}

TEST(SplitBrain, WritesThatNobodyAcknowledgedTellNothing) {
  auto refused = write(2, 20, 25, {.timeline = 1});
  refused.status = WriteStatus::failed;
  EXPECT_THAT(find_split_brain({record("one", {write(1, 0, 5, {.timeline = 1}), refused}),
                                record("two", {write(1, 10, 15, {.timeline = 2})})}),
              IsEmpty());
}

}  // namespace
}  // namespace pgdrill::probes
