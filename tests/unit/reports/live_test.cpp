// The live terminal: what it shows of a run, and that it fits.
#include <gmock/gmock.h>

#include "harness/base/text.hpp"
#include "reports/console.hpp"
#include "tests/unit/reports/journal_builder.hpp"

namespace pgdrill::reports {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Nanoseconds second = 1'000'000'000;

LiveState state_of(JournalBuilder const& journal) {
  LiveState state;
  for (std::string const& line : split(journal.text(), '\n')) {
    if (!line.empty()) state.on_event(parse_json(line).value().as_object());
  }
  return state;
}

/// A run of two steps of at most 60 s each, of which the first one waits.
JournalBuilder waiting_run() {
  JournalBuilder journal;
  journal.at(0).add("run-started",
                    {{"scenario", {{"name", "test"}}},
                     {"blocks_ns", {60 * second, 60 * second}},
                     {"objectives", json::array{{{"name", "rto"}, {"limit_ns", 10 * second}, {"unit", "s"}}}},
                     {"probes", json::array{{{"name", "heartbeat"}, {"kind", "heartbeat"}, {"rto", true}},
                                            {{"name", "digest"}, {"kind", "digest"}, {"rto", false}}}},
                     {"steps", json::array{{{"id", "restore"}, {"timeout_ns", 60 * second}, {"block", 0}},
                                           {{"id", "verify"}, {"timeout_ns", 60 * second}, {"block", 1}}}}});
  journal.at(1).add("step-started", {{"step", "restore"}, {"kind", "restore"}, {"title", "Restores"}});
  journal.at(2).add("waiting",
                    {{"step", "restore"}, {"for", "Cluster orders-r1 to be ready"}, {"why", "replaying"}});
  return journal;
}

std::string screen(LiveState const& state, Nanoseconds now, std::size_t width = 200) {
  return join(live_screen(state, now, width, Paint(false)), "\n");
}

TEST(Live, ShowsWhatRunsAndWhatItWaitsFor) {
  EXPECT_THAT(screen(state_of(waiting_run()), 8 * second),
              HasSubstr("restore 7.0s of at most 1m00s, waits for Cluster orders-r1 to be ready, replaying"));
}

TEST(Live, TheWorstCaseShrinksWithTime) {
  LiveState const state = state_of(waiting_run());
  EXPECT_EQ(state.worst_case_left(1 * second), 120 * second);
  EXPECT_EQ(state.worst_case_left(31 * second), 90 * second);
  EXPECT_EQ(state.worst_case_left(300 * second), 60 * second) << "a step that overruns is cut off";
  JournalBuilder ended = waiting_run();
  ended.at(20).step("restore", "ok", 19);
  EXPECT_EQ(state_of(ended).worst_case_left(20 * second), 60 * second);
  EXPECT_THAT(screen(state_of(ended), 20 * second), HasSubstr("1 of 2 steps, at most 1m00s more"));
}

TEST(Live, AJournalWithoutLimitsPromisesNothing) {
  LiveState const state = state_of(started_run());
  EXPECT_EQ(state.worst_case_left(second), std::nullopt);
}

TEST(Live, TheRtoClockRunsUntilAllAnswersAreRight) {
  JournalBuilder journal = waiting_run();
  journal.at(3).sample("heartbeat", "read", "right").sample("heartbeat", "write", "right");
  EXPECT_FALSE(state_of(journal).rto().from);
  journal.at(4).sample("heartbeat", "read", "failed").sample("heartbeat", "write", "failed");
  journal.at(6).sample("heartbeat", "read", "right");
  LiveState const running = state_of(journal);
  EXPECT_FALSE(running.rto().to) << "writes still fail";
  EXPECT_THAT(screen(running, 9 * second), HasSubstr("RTO 5.0 s of 10 s, running"));
  journal.at(8).sample("heartbeat", "write", "right");
  LiveState const stopped = state_of(journal);
  ASSERT_TRUE(stopped.rto().to);
  EXPECT_THAT(screen(stopped, 60 * second), AllOf(HasSubstr("all answers are right"), HasSubstr("RTO 4.")));
  journal.at(9).sample("heartbeat", "write", "wrong");
  EXPECT_FALSE(state_of(journal).rto().to) << "it was no unbroken stretch";
}

TEST(Live, AnOvertakenCallDoesNotStartTheClockAgain) {
  JournalBuilder journal = waiting_run();
  journal.at(4).sample("heartbeat", "read", "failed").at(6).sample("heartbeat", "read", "right");
  journal.at(7).add("sample", {{"probe", "heartbeat"},
                               {"class", "read"},
                               {"status", "failed"},
                               {"scheduled_ns", 5 * second},
                               {"overtaken", true}});
  ASSERT_TRUE(state_of(journal).rto().to);
  EXPECT_EQ(*state_of(journal).rto().to, 6'002'000'000);
}

TEST(Live, WhatIsNoClientsViewDoesNotMoveTheRto) {
  JournalBuilder journal = waiting_run();
  journal.at(4).sample("digest", "digest", "wrong");
  EXPECT_FALSE(state_of(journal).rto().from);
  EXPECT_THAT(screen(state_of(journal), 5 * second), HasSubstr("digest wrong"));
}

TEST(Live, WhatProbesSeeOfTheCleanUpDoesNotMoveTheRto) {
  JournalBuilder journal = waiting_run();
  journal.at(4).step("restore", "ok", 3);
  journal.at(5).add("undo-announced", {{"id", "1"}, {"summary", "delete Cluster develop/orders-r1"}});
  journal.at(6).add("undo-started", {{"id", "1"}});
  journal.at(7).sample("heartbeat", "read", "failed");
  LiveState const state = state_of(journal);
  EXPECT_FALSE(state.rto().from);
  EXPECT_THAT(screen(state, 7 * second), HasSubstr("undo: delete Cluster develop/orders-r1"));
}

TEST(Live, NamesProbesWithoutAnAnswer) {
  EXPECT_THAT(screen(state_of(waiting_run()), 2 * second), HasSubstr("heartbeat no answer yet"));
}

TEST(Live, NothingIsLeftWhenTheRunIsOver) {
  JournalBuilder journal = waiting_run();
  journal.at(30).add("run-finished", {{"status", "completed"}});
  EXPECT_THAT(live_screen(state_of(journal), 31 * second, 80, Paint(true)), IsEmpty());
}

std::size_t columns(std::string const& line) {
  std::size_t count = 0;
  bool escape = false;
  for (char const c : line) {
    if (c == '\x1B') escape = true;
    bool const continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (!escape && !continues) ++count;
    if (escape && c == 'm') escape = false;
  }
  return count;
}

class Width : public testing::TestWithParam<std::size_t> {};

TEST_P(Width, IsKept) {
  JournalBuilder journal = waiting_run();
  journal.at(4).sample("heartbeat", "read", "failed");
  for (std::string const& line : live_screen(state_of(journal), 5 * second, GetParam(), Paint(true))) {
    EXPECT_LE(columns(line), GetParam()) << line;
    std::size_t const opened = line.rfind("\x1B[3");
    if (opened != std::string::npos)
      EXPECT_GT(line.rfind("\x1B[0m"), opened) << "colour leaks out of: " << line;
  }
}

INSTANTIATE_TEST_SUITE_P(Terminals, Width, testing::Values(1, 10, 20, 40, 80, 200));

TEST(Fitted, CutsCharactersNotBytes) {
  EXPECT_EQ(fitted("größer", 6), "größer");
  EXPECT_EQ(fitted("größer", 4), "grö…");
  EXPECT_EQ(fitted("\x1B[31mred\x1B[0m", 3), "\x1B[31mred\x1B[0m");
}

TEST(Live, WhatAProbeSaysIsCutBetweenCharacters) {
  JournalBuilder journal = waiting_run();
  std::string why(38, 'x');
  for (int i = 0; i < 9; ++i) why += "ö";
  journal.at(4).add("sample",
                    {{"probe", "heartbeat"},
                     {"class", "read"},
                     {"scheduled_ns", 4 * second},
                     {"started_ns", 4 * second},
                     {"ended_ns", 4 * second},
                     {"status", "failed"},
                     {"error", {{"class", "transport"}, {"code", "lost"}, {"what", why}, {"why", why}}}});
  std::string const text = screen(state_of(journal), 5 * second);
  EXPECT_THAT(text, HasSubstr("xö…)"));
}

/// What a console writes for a journal, with a tick after each event.
std::string written(JournalBuilder const& journal, ConsoleOptions options) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* const out = ::open_memstream(&text, &size);
  {
    Console console(out, std::move(options));
    for (std::string const& line : split(journal.text(), '\n')) {
      if (!line.empty()) console.on_event(parse_json(line).value().as_object());
    }
    Run const run = journal.run();
    console.finish(run, judge(run), "evidence/x");
  }
  std::fclose(out);
  std::string result(text, size);
  std::free(text);
  return result;
}

TEST(Console, WithoutATerminalItWritesPlainLines) {
  std::string const text = written(waiting_run(), {});
  EXPECT_THAT(text, Not(HasSubstr("\x1B")));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
  EXPECT_THAT(text, HasSubstr("   2.000   waits for Cluster orders-r1 to be ready, replaying\n"));
}

TEST(Console, OnATerminalWithoutColourItPaintsButDoesNotColour) {
  std::string const text = written(waiting_run(), {.terminal = true, .colour = false});
  EXPECT_THAT(text, HasSubstr("\x1B[J")) << "the live part is taken away";
  EXPECT_THAT(text, Not(HasSubstr("\x1B[3"))) << "no colour";
}

TEST(Console, TheLiveEndsBeforeTheResult) {
  std::string const text = written(waiting_run(), {.terminal = true, .colour = true});
  std::string const end = text.substr(text.rfind("\x1B[J"));
  EXPECT_THAT(end, HasSubstr("evidence: evidence/x\n"));
  EXPECT_THAT(end, Not(HasSubstr("waits for")));
}

TEST(Console, AnnotatesInGithubsCi) {
  std::string const passed = written(passing_run(), {.ci = Ci::github, .scenario_file = "scenarios/a.yaml"});
  EXPECT_THAT(passed, HasSubstr("::notice file=scenarios/a.yaml,title=pgdrill "));
  EXPECT_THAT(passed, Not(HasSubstr("::error")));
  std::string const broken = written(waiting_run(), {.ci = Ci::github, .scenario_file = "scenarios/a.yaml"});
  EXPECT_THAT(broken, HasSubstr("::warning file=scenarios/a.yaml"));
}

TEST(Console, MakesSectionsInGitlabsCi) {
  JournalBuilder journal = waiting_run();
  journal.at(20).step("restore", "ok", 19);
  std::string const text = written(journal, {.ci = Ci::gitlab});
  EXPECT_THAT(text, HasSubstr(":restore\r\x1B[0Krestore: Restores\n"));
  EXPECT_LT(text.find("section_start:"), text.find("section_end:"));
}

TEST(Ci, EscapesWhatGithubWouldReadAsItsOwn) {
  Annotation const one{.message = "50% is\nmissed: a,b", .file = "a,b:c.yaml", .line = 3, .column = 2};
  EXPECT_EQ(github_annotation(one), "::error file=a%2Cb%3Ac.yaml,line=3,col=2::50%25 is%0Amissed: a,b\n");
}

}  // namespace
}  // namespace pgdrill::reports
