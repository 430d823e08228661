#include "reports/verdict.hpp"

#include <gmock/gmock.h>

#include "reports/report.hpp"
#include "tests/unit/reports/journal_builder.hpp"

namespace pgdrill::reports {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

ObjectiveResult objective(Verdict const& verdict, std::string_view name) {
  for (ObjectiveResult const& result : verdict.objectives) {
    if (result.name == name) return result;
  }
  return {};
}

TEST(VerdictTest, APassingRunIsGo) {
  Verdict const verdict = judge(passing_run().run());
  EXPECT_EQ(verdict.decision, "go");
  EXPECT_EQ(verdict.exit_code, exit_pass);
  EXPECT_EQ(objective(verdict, "rto").status, "met");
  EXPECT_EQ(objective(verdict, "rpo").status, "met");
  EXPECT_EQ(objective(verdict, "integrity").status, "met");
}

TEST(VerdictTest, TheRpoIsToldByWalToo) {
  auto const told = [](std::int64_t bytes) {
    JournalBuilder journal = passing_run();
    json::object const end{{"timeline", 1}, {"ends_at", "0/5000158"}, {"bytes_after_target", bytes}};
    journal.add("fact", {{"name", "restored-end"}, {"value", end}});
    return objective(judge(journal.run()), "rpo").detail;
  };
  EXPECT_THAT(told(344), HasSubstr("timeline 1 was left at 0/5000158, 344 bytes of WAL after the target"));
  EXPECT_THAT(told(-8), HasSubstr("8 bytes of WAL before the target"));
}

TEST(VerdictTest, WritesThatAreJudgedTwiceAreCountedOnce) {
  JournalBuilder journal = passing_run();
  journal.add("ledger-verdict", {{"probe", "ledger"}, {"acked", 95}});
  EXPECT_EQ(objective(judge(journal.run()), "rpo").detail, "0 of 95 acknowledged writes lost");
}

TEST(VerdictTest, TheRtoSpansWrongAnswersAcrossProbes) {
  Verdict const verdict = judge(passing_run().run());
  ASSERT_TRUE(verdict.rto.measured);
  EXPECT_DOUBLE_EQ(objective(verdict, "rto").value.value(), 20.002);
  EXPECT_EQ(verdict.rto.resolution, 1'000'000'000);
}

TEST(VerdictTest, PhasesFollowTheMarks) {
  std::vector<std::string> names;
  for (Phase const& phase : judge(passing_run().run()).phases) names.push_back(phase.name);
  EXPECT_THAT(names, ElementsAre("detect", "decide", "revert", "request", "restore", "replay", "promote",
                                 "ready", "cut-over", "reconnect", "verify"));
}

Nanoseconds sum_in_rto(std::vector<Phase> const& phases) {
  Nanoseconds sum = 0;
  for (Phase const& phase : phases) sum += phase.in_rto;
  return sum;
}

TEST(VerdictTest, ThePhasesPartsInTheRtoAddUpToIt) {
  Verdict const verdict = judge(passing_run().run());
  EXPECT_EQ(sum_in_rto(verdict.phases), verdict.rto.to.value() - verdict.rto.from);
  EXPECT_EQ(verdict.phases.back().name, "verify");
  EXPECT_LT(verdict.phases.back().in_rto, verdict.phases.back().to - verdict.phases.back().from);
}

TEST(VerdictTest, WhatComesAfterTheLastMarkIsSettle) {
  JournalBuilder journal = started_run();
  journal.at(1).sample("heartbeat", "write", "right").at(2).sample("heartbeat", "write", "failed");
  journal.at(3).mark("promoted").at(5).sample("heartbeat", "write", "right");
  Verdict const verdict = judge(journal.run());  // no damage: a failover
  ASSERT_EQ(verdict.phases.size(), 2U);
  EXPECT_EQ(verdict.phases[0].name, "promote");
  EXPECT_EQ(verdict.phases[0].in_rto, 1'000'000'000);
  EXPECT_EQ(verdict.phases[1].name, "settle");
  EXPECT_EQ(sum_in_rto(verdict.phases), verdict.rto.to.value() - verdict.rto.from);
}

TEST(VerdictTest, DamageThatNobodyHasSeenYetIsNotInTheRto) {
  JournalBuilder journal = started_run();
  journal.at(1).sample("heartbeat", "write", "right").at(2).mark("damage-done");
  journal.at(5).sample("heartbeat", "write", "wrong").at(6).mark("detected");
  journal.at(9).sample("heartbeat", "write", "right");
  Verdict const verdict = judge(journal.run());
  ASSERT_EQ(verdict.phases.front().name, "detect");
  EXPECT_EQ(verdict.phases.front().to - verdict.phases.front().from, 4'000'000'000);
  EXPECT_EQ(verdict.phases.front().in_rto, 1'000'000'000);
  EXPECT_EQ(sum_in_rto(verdict.phases), verdict.rto.to.value() - verdict.rto.from);
}

TEST(VerdictTest, EachClassHasAnRtoOfItsOwn) {
  JournalBuilder journal = started_run();
  for (std::string_view const kind : {"read", "write"}) journal.at(1).sample("heartbeat", kind, "right");
  journal.at(2).sample("heartbeat", "write", "failed").at(3).sample("heartbeat", "read", "failed");
  journal.at(4).sample("heartbeat", "read", "right").at(7).sample("heartbeat", "write", "right");
  std::vector<ClassRto> const classes = measure_rto(journal.run()).classes;
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_EQ(classes[0].sample_class, "read");
  EXPECT_EQ(classes[0].to.value() - classes[0].from, 1'002'000'000);
  EXPECT_EQ(classes[1].sample_class, "write");
  EXPECT_EQ(classes[1].to.value() - classes[1].from, 5'002'000'000);
}

TEST(VerdictTest, NotMeasuredIsNeverMet) {
  JournalBuilder journal = started_run();
  journal.at(1).add("run-finished", {{"status", "completed"}});
  Verdict const verdict = judge(journal.run());
  EXPECT_EQ(verdict.decision, "inconclusive");
  EXPECT_EQ(verdict.exit_code, exit_inconclusive);
  for (ObjectiveResult const& result : verdict.objectives)
    EXPECT_EQ(result.status, "not-measured") << result.name;
}

TEST(VerdictTest, WithoutAFallThereIsNoRecovery) {
  JournalBuilder journal = started_run();
  for (int i = 1; i < 5; ++i) journal.at(i).sample("heartbeat", "write", "right");
  Rto const rto = measure_rto(journal.run());
  EXPECT_FALSE(rto.measured);
  EXPECT_THAT(rto.why_not, HasSubstr("no failed or wrong answer"));
}

TEST(VerdictTest, ARelapseExtendsTheOutage) {
  JournalBuilder journal = started_run();
  for (std::string_view const status : {"right", "failed", "right", "failed", "right"}) {
    journal.at(static_cast<double>(journal.run().ended) / 1e9 + 1).sample("heartbeat", "write", status);
  }
  Rto const rto = measure_rto(journal.run());
  EXPECT_EQ(rto.from, 2'000'000'000);
  EXPECT_EQ(rto.to.value(), 5'002'000'000);
}

TEST(VerdictTest, ACallThatHungIsNoRelapse) {
  JournalBuilder journal = started_run();
  journal.at(1).sample("heartbeat", "write", "right").at(2.2).sample("heartbeat", "write", "right");
  json::object hung{{"probe", "heartbeat"}, {"class", "write"}, {"status", "failed"}, {"overtaken", true}};
  hung.insert({{"scheduled_ns", 2'100'000'000}, {"started_ns", 2'100'000'000}, {"ended_ns", 3'100'000'000}});
  journal.at(3.1).add("sample", std::move(hung)).at(3.2).sample("heartbeat", "write", "right");
  Rto const rto = measure_rto(journal.run());
  EXPECT_EQ(rto.from, 2'100'000'000);
  EXPECT_EQ(rto.to.value(), 2'202'000'000);
}

TEST(VerdictTest, AnswersAfterTheUndoDoNotCount) {
  JournalBuilder journal = started_run();
  journal.at(1).sample("heartbeat", "write", "right").at(2).sample("heartbeat", "write", "failed");
  journal.at(3).sample("heartbeat", "write", "right").at(4).add("undo-started", {{"id", "1"}});
  journal.at(5).sample("heartbeat", "write", "wrong");
  EXPECT_EQ(measure_rto(journal.run()).to.value(), 3'002'000'000);
}

TEST(VerdictTest, ACallThatTheUndoCutIsNoRelapse) {
  JournalBuilder journal = started_run();
  journal.at(1).sample("heartbeat", "write", "right").at(2).sample("heartbeat", "write", "failed");
  journal.at(3).sample("heartbeat", "write", "right");
  journal.at(3.999).sample("heartbeat", "write", "failed").at(4).add("undo-started", {{"id", "1"}});
  EXPECT_EQ(measure_rto(journal.run()).to.value(), 3'002'000'000);
}

TEST(VerdictTest, AnOutageThatNeverEndsIsMissedOncePastTheLimit) {
  JournalBuilder journal = started_run();
  journal.at(1).sample("heartbeat", "write", "right").at(2).sample("heartbeat", "write", "failed");
  journal.at(1).sample("heartbeat", "read", "failed").at(2).sample("heartbeat", "read", "right");
  journal.at(10).add("run-finished", {{"status", "failed"}});
  ObjectiveResult const open = objective(judge(journal.run()), "rto");
  EXPECT_EQ(open.status, "not-measured");
  EXPECT_THAT(open.detail, testing::EndsWith("before the drill ended: heartbeat write"));
  JournalBuilder longer = started_run();
  longer.at(1).sample("heartbeat", "write", "failed").at(100).add("run-finished", {{"status", "failed"}});
  EXPECT_EQ(objective(judge(longer.run()), "rto").status, "missed");
}

TEST(VerdictTest, AFailedCheckIsNoGoAndNamesTheRows) {
  JournalBuilder journal = passing_run();
  journal.check("digest", "data", "failed", {"table public.ledger_entries: 1429 rows differ, id=7"});
  Verdict const verdict = judge(journal.run());
  EXPECT_EQ(verdict.decision, "no-go");
  EXPECT_EQ(verdict.exit_code, exit_missed);
  EXPECT_EQ(objective(verdict, "integrity").status, "missed");
  EXPECT_THAT(verdict.reasons, Contains(HasSubstr("public.ledger_entries")));
}

TEST(VerdictTest, AnUndecidedCheckIsInconclusive) {
  JournalBuilder journal = passing_run();
  journal.check("digest", "data", "undecided");
  Verdict const verdict = judge(journal.run());
  EXPECT_EQ(verdict.decision, "inconclusive");
  EXPECT_EQ(objective(verdict, "integrity").status, "not-measured");
}

TEST(VerdictTest, WhatNoCheckSpeaksOfIsSaidBesideAGo) {
  JournalBuilder journal = passing_run();
  EXPECT_TRUE(judge(journal.run()).not_examined.empty());
  journal.add("check", {{"name", "archive-complete"},
                        {"subject", "archive"},
                        {"status", "passed"},
                        {"not_examined", json::array{"288 of 300 WAL segments"}}});
  Verdict const verdict = judge(journal.run());
  EXPECT_EQ(verdict.decision, "go");
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("not examined: 1")));
  EXPECT_THAT(verdict.not_examined, ElementsAre("archive-complete: 288 of 300 WAL segments"));
}

TEST(VerdictTest, ALostWriteIsNoGoEvenWithinTheSameInstant) {
  JournalBuilder journal = passing_run();
  journal.add("ledger-verdict", {{"probe", "ledger"}, {"acked", 5}, {"lost", json::array{3}}, {"rpo_ns", 0}});
  Verdict const verdict = judge(journal.run());
  EXPECT_EQ(verdict.decision, "no-go");
  EXPECT_EQ(objective(verdict, "rpo").status, "missed");
}

TEST(VerdictTest, WritesThatASplitBrainAcknowledgedAreNamed) {
  JournalBuilder journal = passing_run();
  journal.add("ledger-verdict", {{"probe", "other"}, {"acked", 5}, {"split_brain", json::array{3, 4}}});
  auto const run = journal.run();
  auto const report = std::ranges::find(reports(), "verdict.json", &Report::file);
  ASSERT_NE(report, reports().end());
  json::value const document = parse_json(report->render(run, judge(run))).value_or(nullptr);
  auto const& ledgers = find(document, "ledgers")->as_array();
  EXPECT_EQ(*find(ledgers.back(), "split_brain"), json::value(json::array{3, 4}));
  EXPECT_EQ(*find(ledgers.front(), "split_brain"), json::value(json::array{}));
}

TEST(VerdictTest, AnEffectWithoutWitnessIsInconclusive) {
  JournalBuilder journal = passing_run();
  journal.add("witness", {{"subject", "kill"},
                          {"status", "missing"},
                          {"channel", "pod UID"},
                          {"expected", "a new UID"},
                          {"observed", "the same UID"}});
  Verdict const verdict = judge(journal.run());
  EXPECT_EQ(verdict.exit_code, exit_inconclusive);
  EXPECT_THAT(verdict.reasons, Contains(HasSubstr("has no witness")));
}

TEST(RemediationNotes, ThereIsOneForEachThingThatFailed) {
  std::vector<std::string> const notes = judge(failing_run().run()).remediation;
  for (std::string_view const note :
       {"step cut-over: look at its endpoints", "check digest equals the captured one: the restored data",
        "check markers: it got no answer (different)", "step kill-primary: nobody saw its effect (running)",
        "the rollback loses too much (1 of 100 acknowledged writes lost)",
        "(differences: 1): keep clients away", "lead Service develop/orders-db back is still open"})
    EXPECT_THAT(notes, Contains(HasSubstr(std::string(note))));
  EXPECT_THAT(judge(passing_run().run()).remediation, testing::IsEmpty());
}

TEST(VerdictTest, WhatIsNotUndoneOutweighsAMissedObjective) {
  JournalBuilder journal = passing_run();
  journal.check("digest", "data", "failed");
  journal.add("undo-announced",
              {{"id", "2"}, {"kind", "patch-object"}, {"summary", "put Service develop/orders-db back"}});
  Verdict const verdict = judge(journal.run());
  EXPECT_THAT(verdict.exit_codes, ElementsAre(exit_unclean, exit_missed));
  EXPECT_EQ(verdict.decision, "no-go");
  EXPECT_THAT(verdict.reasons.front(), HasSubstr("orders-db"));
}

TEST(VerdictTest, AnErrorBeforeAnythingWasBrokenIsUnreachable) {
  JournalBuilder journal = started_run();
  journal.at(1).step("status-check", "error", 1, {{"kind", "timeout"}, {"what", "cluster not healthy"}});
  journal.add("run-finished", {{"status", "error"}});
  EXPECT_EQ(judge(journal.run()).exit_code, exit_unreachable);
}

TEST(VerdictTest, AnErrorAfterAnActWasAnnouncedIsInconclusive) {
  JournalBuilder journal = started_run();
  journal.at(1).add("undo-announced", {{"id", "1"}, {"kind", "git-revert"}, {"summary", "revert"}});
  journal.step("commit-migration", "error", 1, {{"kind", "invalid"}, {"what", "it failed"}});
  journal.add("undo-finished", {{"id", "1"}, {"status", "done"}}).add("run-finished", {{"status", "error"}});
  EXPECT_EQ(judge(journal.run()).exit_code, exit_inconclusive);
}

TEST(VerdictTest, InterruptionsHaveTheirSignalsCode) {
  for (auto const& [signal, code] : {std::pair{"SIGINT", exit_interrupted}, {"SIGTERM", exit_terminated}}) {
    JournalBuilder journal = started_run();
    journal.at(1).add("interrupted", {{"signal", signal}}).add("run-finished", {{"status", "interrupted"}});
    EXPECT_EQ(judge(journal.run()).exit_code, code);
  }
}

TEST(VerdictTest, AJournalThatBreaksOffIsNeverGo) {
  std::string const whole = passing_run().text();
  std::string const cut = whole.substr(0, whole.rfind("{\"seq\""));
  reports::Run run;
  for (std::size_t begin = 0; begin < cut.size();) {
    std::size_t const end = cut.find('\n', begin);
    add_event(run, parse_json(cut.substr(begin, end - begin)).value().as_object());
    begin = end + 1;
  }
  EXPECT_EQ(judge(run).decision, "inconclusive");
}

TEST(VerdictTest, AnInternalErrorIsABugOfOurs) {
  JournalBuilder journal = started_run();
  journal.at(1).add("run-finished",
                    {{"status", "error"}, {"error", {{"kind", "internal"}, {"what", "oops"}}}});
  EXPECT_EQ(judge(journal.run()).exit_code, exit_bug);
}

TEST(FaultRecords, TellTriggerActAndEnd) {
  JournalBuilder journal = passing_run();
  journal.at(20).add("trigger", {{"step", "kill-restore"},
                                 {"condition", "log matches redo starts"},
                                 {"condition_ns", 20'000'000'000},
                                 {"observed", "redo starts at 0/5000000"}});
  journal.add("fault", {{"step", "kill-restore"}, {"action", "armed"}, {"target", "Pod orders-r-1"}});
  journal.add("fault", {{"step", "kill-restore"},
                        {"action", "applied"},
                        {"act_ns", 20'040'000'000},
                        {"error_ns", 40'000'000}});
  journal.at(21).add("fault", {{"step", "kill-restore"}, {"action", "lifted"}});
  auto const run = journal.run();
  ASSERT_EQ(run.faults.size(), 1U);
  FaultRecord const& record = run.faults.front();
  EXPECT_EQ(record.status, "lifted");
  EXPECT_EQ(record.target, "Pod orders-r-1");
  EXPECT_EQ(record.condition_at, 20'000'000'000);
  EXPECT_EQ(record.applied_at, 20'040'000'000);
  EXPECT_EQ(record.error, 40'000'000);
  EXPECT_EQ(record.ended_at, 21'000'000'000);
  for (Report const& report : reports()) {
    if (report.file != "evidence.html" && report.file != "verdict.json" && report.file != "timeline.csv")
      continue;
    EXPECT_THAT(report.render(run, judge(run)), HasSubstr("kill-restore")) << report.file;
  }
}

}  // namespace
}  // namespace pgdrill::reports
