// The decisions of triggers are pure: observations in, yes or no out.
#include <gmock/gmock.h>

#include "harness/engine/registry.hpp"

namespace pgdrill::triggers {
namespace {

class Decision {
 public:
  Decision(std::string const& kind, json::object values) : trigger_(make(kind)) {
    spec_.kind = kind;
    auto const* const entry = engine::find_entry(engine::triggers(), kind);
    json::object all;
    for (auto const& parameter : entry->declaration.parameters) all[parameter.name] = nullptr;
    for (auto& value : values) all[value.key()] = value.value();
    spec_.parameters = scenario::Parameters(std::move(all));
  }
  bool operator()(json::value const& observation) { return trigger_->holds(spec_, observation); }

 private:
  static std::unique_ptr<engine::Trigger> make(std::string const& kind) {
    return engine::find_entry(engine::triggers(), kind)->make();
  }
  std::unique_ptr<engine::Trigger> trigger_;
  scenario::TriggerSpec spec_;
};

json::value answer(std::string const& value) { return json::object{{"value", value}}; }

TEST(Decisions, AfterATime) {
  Decision after("after", {{"for", "2s"}});
  EXPECT_FALSE(after(json::object{{"elapsed_ns", 1'999'999'999}}));
  EXPECT_TRUE(after(json::object{{"elapsed_ns", 2'000'000'000}}));
}

TEST(Decisions, AClustersPhase) {
  Decision phase("cluster-phase", {{"phase", "Failing over"}});
  EXPECT_FALSE(phase(json::object{{"status", {{"phase", "Cluster in healthy state"}}}}));
  EXPECT_FALSE(phase(nullptr));
  EXPECT_TRUE(phase(json::object{{"status", {{"phase", "Failing over"}}}}));
}

TEST(Decisions, ALineCountsWhenItMatches) {
  Decision line("log-line", {{"matches", "restored log file .*0005"}, {"count", 2}});
  json::value const match =
      json::object{{"line", "LOG: restored log file \"000000010000000000000005\" from archive"}};
  EXPECT_FALSE(line(match));
  EXPECT_FALSE(line(json::object{{"line", "LOG: something else"}}));
  EXPECT_TRUE(line(match));
}

TEST(Decisions, AnLsnIsANumberInTwoHalves) {
  Decision at("lsn", {{"at", "1/10"}});
  EXPECT_FALSE(at(answer("0/FFFFFFFF 0000000100000000000000FF")));
  EXPECT_TRUE(at(answer("1/10 000000010000000100000000")));
  EXPECT_FALSE(at(answer("")));
}

TEST(Decisions, SoManyBytesAheadCountFromTheFirstObservation) {
  Decision ahead("lsn", {{"ahead", 256}});
  EXPECT_FALSE(ahead(answer("0/FFFFFF00 x")));
  EXPECT_FALSE(ahead(answer("0/FFFFFFFF x")));
  EXPECT_FALSE(ahead(answer("0/60 x"))) << "of a server that was restored to a place before";
  EXPECT_TRUE(ahead(answer("1/0 x")));
}

TEST(Decisions, ASegmentOfAnotherTimelineSaysNothing) {
  Decision segment("lsn", {{"segment", "000000010000000000000005"}});
  EXPECT_FALSE(segment(answer("0/4FFFFFF 000000010000000000000004")));
  EXPECT_FALSE(segment(answer("0/6000000 000000020000000000000006")));
  EXPECT_TRUE(segment(answer("0/6000000 000000010000000000000006")));
}

TEST(Decisions, RowsAreCounted) {
  Decision rows("row-count", {{"at-least", 100}});
  EXPECT_FALSE(rows(answer("99")));
  EXPECT_FALSE(rows(answer("")));
  EXPECT_TRUE(rows(answer("100")));
}

json::value sample(std::string const& probe, std::string const& status, std::int64_t scheduled,
                   std::int64_t ended) {
  return json::object{{"probe", probe},
                      {"class", "read"},
                      {"status", status},
                      {"scheduled_ns", scheduled},
                      {"ended_ns", ended}};
}

TEST(Decisions, AProbesStateMustLastWithoutABreak) {
  Decision failed("probe-state", {{"probe", "heartbeat"}, {"is", "failed"}, {"for", "1s"}});
  EXPECT_FALSE(failed(sample("heartbeat", "failed", 0, 1)));
  EXPECT_FALSE(failed(sample("heartbeat", "right", 500'000'000, 500'000'001)));
  EXPECT_FALSE(failed(sample("heartbeat", "failed", 900'000'000, 1'100'000'000)));
  EXPECT_FALSE(failed(sample("ledger", "failed", 0, 5'000'000'000)));
  EXPECT_TRUE(failed(sample("heartbeat", "failed", 1'900'000'000, 1'900'000'000)));
}

TEST(Decisions, AnOvertakenCallSaysNothingOfNow) {
  Decision right("probe-state", {{"probe", "heartbeat"}, {"is", "right"}, {"for", "1s"}});
  EXPECT_FALSE(right(sample("heartbeat", "right", 0, 1)));
  json::value late = sample("heartbeat", "failed", -500'000'000, 500'000'000);
  late.as_object()["overtaken"] = true;
  EXPECT_FALSE(right(late));
  EXPECT_TRUE(right(sample("heartbeat", "right", 1'000'000'000, 1'000'000'001)));
}

TEST(Decisions, EveryTriggerSaysWhatItNeeds) {
  for (auto const& entry : engine::triggers()) {
    EXPECT_FALSE(entry.declaration.summary.empty()) << entry.declaration.name;
    for (auto const& parameter : entry.declaration.parameters)
      EXPECT_FALSE(parameter.help.empty()) << parameter.name;
  }
}

}  // namespace
}  // namespace pgdrill::triggers
