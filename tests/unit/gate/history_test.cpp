// A history keeps what is recorded in it, and counts each run once.
#include <fstream>

#include "tests/unit/gate/gate_fixture.hpp"

namespace pgdrill::reports {
namespace {

class Histories : public Gate {
 protected:
  HistoryRun run(std::string const& name, double rto = 40) const {
    return history_run({summarize_journal(journal(name, rto)).value()}).value();
  }
  std::filesystem::path file(std::string const& name, std::string const& text) const {
    std::filesystem::path const path = directory_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
};

TEST_F(Histories, ALineWithoutItsEndTakesNoOtherIntoItself) {
  auto const torn = file("torn.jsonl", json::serialize(to_json(run("a"))));
  ASSERT_TRUE(append_run(torn, run("b")).has_value());
  History const history = read_history(torn).value();
  EXPECT_EQ(history.runs.size(), 2U);
  EXPECT_EQ(history.unreadable, 0);
  auto const half = file("half.jsonl", R"({"version":1,"kind":"run","ru)");
  ASSERT_TRUE(
      append_acceptance(half, {.scenario = "s", .reason = "r", .at = "2026-11-24T03:00:00Z"}).has_value());
  EXPECT_EQ(read_history(half).value().acceptances.size(), 1U);
  EXPECT_EQ(read_history(half).value().unreadable, 1);
}

TEST_F(Histories, AnEmptyFileIsAnEmptyHistory) {
  for (std::string const name : {"e.sqlite", "e.sqlite3", "e.db", "e.jsonl"}) {
    auto const empty = file(name, "");
    EXPECT_TRUE(read_history(empty).has_value()) << name;
    ASSERT_TRUE(append_run(empty, run("a" + name)).has_value()) << name;
    EXPECT_EQ(read_history(empty).value().runs.size(), 1U) << name;
  }
}

TEST_F(Histories, ADatabaseIsOneByAnyName) {
  auto const known = directory_ / "history.sqlite";
  ASSERT_TRUE(append_run(known, run("a")).has_value());
  auto const renamed = directory_ / "history.kept";
  std::filesystem::rename(known, renamed);
  ASSERT_TRUE(append_run(renamed, run("b")).has_value());
  EXPECT_EQ(read_history(renamed).value().runs.size(), 2U);
}

TEST_F(Histories, EntriesOfALaterVersionAreNotGuessed) {
  json::object entry = to_json(run("a"));
  entry["version"] = 2;
  History const history = read_history(file("later.jsonl", json::serialize(entry) + "\n")).value();
  EXPECT_TRUE(history.runs.empty());
  EXPECT_EQ(history.unreadable, 1);
}

TEST_F(Histories, ARepeatCountsOnceHoweverItWasRecorded) {
  auto const repeats = [&](std::vector<std::string> const& names) {
    std::vector<RunSummary> summaries;
    for (std::string const& name : names) {
      summaries.push_back(summarize_journal(directory_ / name / "journal.jsonl").value());
      summaries.back().repetition = "s1";
    }
    return history_run(summaries).value();
  };
  journal("one", 60);
  journal("two", 100);
  for (bool const whole_first : {true, false}) {
    auto const history = directory_ / (whole_first ? "whole.jsonl" : "part.jsonl");
    ASSERT_TRUE(append_run(history, whole_first ? repeats({"one", "two"}) : repeats({"two"})).has_value());
    ASSERT_TRUE(append_run(history, whole_first ? repeats({"two"}) : repeats({"one", "two"})).has_value());
    History const known = read_history(history).value();
    ASSERT_EQ(known.runs.size(), 1U);
    EXPECT_DOUBLE_EQ(known.runs.front().value("rto").value(), 80) << whole_first;
  }
}

}  // namespace
}  // namespace pgdrill::reports
