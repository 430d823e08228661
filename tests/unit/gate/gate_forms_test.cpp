// The forms of the gate: for people, programs and CI.
#include <pugixml.hpp>

#include "tests/unit/gate/gate_fixture.hpp"
#include "tests/unit/reports/golden.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(Gate, WritesForEachReader) {
  GateReport const report = gate(
      {.candidates = {journal("c", 60), journal("d", 62), journal("e", 61)}, .history = steady_history()});
  json::value const document = parse_json(gate_json(report)).value();
  EXPECT_EQ(get_string(document, "state"), "regressed");
  EXPECT_EQ(document.at("metrics").at(0).at("n").as_int64(), 8);
  pugi::xml_document junit;
  ASSERT_TRUE(junit.load_string(gate_junit(report).c_str()));
  EXPECT_TRUE(junit.select_node("//testcase[@name='no regression of rto']/failure"));
  EXPECT_THAT(gate_annotations(report), StartsWith("::error title=pgdrill gate data-rollback::"));
  EXPECT_THAT(gate_annotations(report), Not(HasSubstr("95 % ")));  // escaped as %25
  EXPECT_THAT(gate_gitlab(report),
              HasSubstr("pgdrill_seconds{metric=\"rto\",scenario=\"data-rollback\"} 60.0\n"));
}

TEST_F(Gate, IsTheSameInEveryForm) {
  auto const golden = [](std::string const& name, GateReport const& report) {
    expect_golden("gate/data/" + name + ".txt", gate_text(report));
    expect_golden("gate/data/" + name + ".json", gate_json(report));
    expect_golden("gate/data/" + name + ".xml", gate_junit(report));
    expect_golden("gate/data/" + name + "-annotations.txt", gate_annotations(report));
    expect_golden("gate/data/" + name + "-gitlab.txt", gate_gitlab(report));
  };
  auto const history = steady_history();
  GateRequest paired{
      .candidates = {journal("c", 60)}, .history = history, .settings = {.limits = {{"duration", 90}}}};
  for (int i = 0; i < 10; ++i) {
    paired.pair_baselines.push_back(journal("b" + std::to_string(i), 40 + i % 2));
    paired.pair_candidates.push_back(journal("p" + std::to_string(i), 60 - i % 3));
  }
  golden("regressed", gate(paired));
  golden("suspect", gate({.candidates = {journal("s", 60)}, .history = history}));
  ASSERT_TRUE(append_acceptance(history, {.scenario = "data-rollback",
                                          .reason = "more data",
                                          .author = "ann",
                                          .at = "2026-11-24T04:00:00.000000Z",
                                          .expires = "2027-01-01T00:00:00.000000Z"})
                  .has_value());
  golden("accepted", gate({.candidates = {journal("a", 60)}, .history = history}));
}

TEST_F(Gate, AHostileHistoryHarmsNoForm) {
  std::string const evil =
      "<script>alert(1)</script>\"]]>\x1B[31m\x01\r\n::error::" + std::string(20'000, 'A');
  auto const file = steady_history();
  ASSERT_TRUE(append_acceptance(file, {.scenario = "data-rollback",
                                       .reason = evil,
                                       .author = evil,
                                       .at = "2026-11-24T03:04:00.000000Z",
                                       .ref = evil,
                                       .expires = "9" + evil})
                  .has_value());
  HistoryRun run = history_run({summarize_journal(journal("c", 60)).value()}).value();
  run.run = evil;
  run.branch = evil;
  ASSERT_TRUE(append_run(file, run).has_value());
  GateReport const report = gate({.candidates = {journal("d", 60)}, .history = file});
  EXPECT_TRUE(parse_json(gate_json(report)).has_value());
  EXPECT_TRUE(pugi::xml_document().load_string(gate_junit(report).c_str()));
  for (std::string const& text :
       {gate_text(report), gate_junit(report), gate_annotations(report), gate_gitlab(report)}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1B")));
    EXPECT_THAT(text, Not(HasSubstr("\n::error")));
    EXPECT_LT(text.size(), 20'000U);
  }
}

}  // namespace
}  // namespace pgdrill::reports
