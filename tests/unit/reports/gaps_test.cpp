// A journal that is changed in one place is good no more: a report claims no more than its journal proves.
#include "reports/gaps.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "reports/run_summary.hpp"
#include "reports/verdict.hpp"
#include "tests/unit/reports/journal_builder.hpp"

namespace pgdrill::reports {
namespace {

using testing::Contains;
using testing::HasSubstr;

using Events = std::vector<json::object>;

Events events_of(std::string const& text) {
  Events events;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t const end = text.find('\n', begin);
    events.push_back(parse_json(text.substr(begin, end - begin)).value().as_object());
    begin = end + 1;
  }
  return events;
}

Run run_of(Events const& events) {
  Run run;
  for (json::object const& event : events) add_event(run, event);
  sort_samples(run);
  return run;
}

bool is(json::object const& event, std::string_view name) { return event.at("event").as_string() == name; }

/// Leaves out events and closes the gap in their numbers, as a run that never wrote them.
void leave_out(Events& events, std::function<bool(json::object const&)> const& which) {
  std::erase_if(events, which);
  std::int64_t number = 0;
  for (json::object& event : events) event["seq"] = ++number;
}

struct Change {
  char const* name;
  void (*make)(Events&);
  char const* reason;
};

void PrintTo(Change const& change, std::ostream* out) { *out << change.name; }

json::object& started(Events& events) { return events.front(); }

Change const changes[] = {
    {"lines_cut_out", [](Events& events) { events.erase(events.begin() + 20, events.begin() + 30); },
     "10 events of the journal are missing"},
    {"first_line_missing", [](Events& events) { events.erase(events.begin()); },
     "1 events of the journal are missing"},
    {"lines_doubled",
     [](Events& events) {
       Events const again = events;
       for (json::object const& event : again) events.push_back(event);
     },
     "come twice or out of order"},
    {"ended_as_failed_without_a_reason", [](Events& events) { events.back()["status"] = "failed"; },
     "the run ended as 'failed'"},
    {"ended_as_nobody_knows", [](Events& events) { events.back()["status"] = "splendid"; },
     "the run ended as 'splendid'"},
    {"check_not_made",
     [](Events& events) {
       started(events)["checks"] = json::array{{{"name", "markers"}, {"step", "verify"}}};
     },
     "check markers was planned and not made"},
    {"step_skipped",
     [](Events& events) {
       for (json::object& event : events) {
         if (is(event, "step-finished") && event.at("step").as_string() == "verify")
           event["status"] = "skipped";
       }
     },
     "step verify was planned and is skipped"},
    {"step_never_begun",
     [](Events& events) {
       leave_out(events, [](json::object const& event) {
         json::value const* const step = event.if_contains("step");
         bool const of_step = is(event, "step-started") || is(event, "step-finished");
         return of_step && step != nullptr && step->as_string() == "verify";
       });
     },
     "step verify was planned and is planned"},
    {"fault_without_witness",
     [](Events& events) {
       started(events)["steps"].as_array().push_back(
           {{"id", "kill"}, {"kind", "pod-kill"}, {"title", "kills"}, {"sort", "fault"}});
       events.insert(events.end() - 1, {{"event", "step-finished"}, {"step", "kill"}, {"status", "ok"}});
     },
     "the effect of step kill has no witness"},
    {"silent_probe",
     [](Events& events) {
       leave_out(events, [](json::object const& event) {
         return is(event, "sample") && event.at("probe").as_string() == "heartbeat";
       });
     },
     "probe heartbeat counts for the RTO and has no sample"},
    {"step_with_an_effect_without_witness",
     [](Events& events) {
       started(events)["steps"].as_array()[1].as_object()["effect"] = true;  // verify took a Backup
     },
     "the effect of step verify has no witness"},
    {"probe_that_fell_silent",
     [](Events& events) {
       leave_out(events, [](json::object const& event) {
         return is(event, "sample") && event.at("probe").as_string() == "heartbeat" &&
                event.at("t").as_int64() > 12'000'000'000;
       });
     },
     "probe heartbeat counts for the RTO and fell silent 12.002 s into the run (write)"},
    {"nothing_demanded", [](Events& events) { started(events)["objectives"] = json::array(); },
     "the scenario has no objectives"},
    {"nothing_to_be_proven",
     [](Events& events) {
       started(events)["objectives"] = json::array();
       started(events)["scenario"].as_object()["objectives"] = "none";
     },
     "objectives: none"},
    {"a_placebo", [](Events& events) { started(events)["placebo"] = true; }, "a placebo"},
    {"a_blind_control", [](Events& events) { started(events)["scenario"].as_object()["expect"] = "fail"; },
     "the drill is blind"},
};

class Changed : public testing::TestWithParam<Change> {};

TEST_P(Changed, IsNotGo) {
  Events events = events_of(passing_run().text());
  ASSERT_EQ(judge(run_of(events)).decision, "go");
  GetParam().make(events);
  Verdict const verdict = judge(run_of(events));
  EXPECT_NE(verdict.decision, "go");
  EXPECT_THAT(verdict.reasons, Contains(HasSubstr(GetParam().reason)));
}

INSTANTIATE_TEST_SUITE_P(Journals, Changed, testing::ValuesIn(changes),
                         [](auto const& one) { return std::string(one.param.name); });

/// A series of one probe, and a second that tells of an outage from 10 s to 20 s; the run ends at 25 s.
std::optional<Nanoseconds> silence_of(std::vector<int> const& seconds, bool outage = true) {
  JournalBuilder journal = started_run();
  for (int i = 1; i < 25; ++i) {
    bool const down = outage && i >= 10 && i < 20;
    journal.at(i).sample("application", "query", down ? "failed" : "right");
    if (std::ranges::count(seconds, i) > 0) journal.sample("heartbeat", "write", "right");
  }
  auto const run = journal.at(25).add("run-finished", {{"status", "completed"}}).run();
  for (Series const& series : run.series) {
    if (series.probe == "heartbeat") return silent_since(run, series, measure_rto(run));
  }
  return std::nullopt;
}

TEST(Silence, BeforeTheRecoveryIsKnownFromSlowness) {
  EXPECT_EQ(silence_of({1, 2, 3, 4, 5}), 5'002'000'000);
  EXPECT_EQ(silence_of({1}), 1'002'000'000) << "nobody knows how often it would have been asked";
  EXPECT_EQ(silence_of({1, 2, 3, 21}), std::nullopt) << "it was heard after the recovery";
  EXPECT_EQ(silence_of({1, 10, 19}), std::nullopt) << "it is asked every 9 s: the next answer was not due";
  EXPECT_EQ(silence_of({2, 6, 10, 14, 18}), std::nullopt) << "the call of 22 s may be under way";
  EXPECT_EQ(silence_of({1, 2, 3}, false), std::nullopt) << "nothing was to recover from";
}

TEST(Silence, IsOfProbesThatCountForTheRtoOnly) {
  JournalBuilder journal = started_run();
  journal.at(1).sample("ledger", "write", "right").sample("heartbeat", "write", "right");
  journal.at(2).sample("ledger", "write", "right").sample("heartbeat", "write", "failed");
  journal.at(3).sample("heartbeat", "write", "right").at(9).add("run-finished", {{"status", "completed"}});
  auto const run = journal.run();
  Series const& ledger = *std::ranges::find(run.series, "ledger", &Series::probe);
  EXPECT_EQ(silent_since(run, ledger, measure_rto(run)), std::nullopt);
}

TEST(Demands, OneThatDemandsNothingFailsUnlessItSaysSo) {
  Events events = events_of(passing_run().text());
  started(events)["objectives"] = json::array();
  EXPECT_EQ(judge(run_of(events)).exit_code, exit_inconclusive);
  started(events)["scenario"].as_object()["objectives"] = "none";
  EXPECT_EQ(judge(run_of(events)).exit_code, exit_pass) << "it did what it was to do";
  events.insert(events.end() - 1, {{"event", "step-finished"}, {"step", "verify"}, {"status", "failed"}});
  EXPECT_EQ(judge(run_of(events)).exit_code, exit_missed) << "what failed, failed";
}

TEST(ControlArms, NeedNoObjectives) {
  Events events = events_of(passing_run().text());
  started(events)["objectives"] = json::array();
  started(events)["placebo"] = true;
  EXPECT_EQ(judge(run_of(events)).exit_code, exit_pass);
  started(events)["placebo"] = false;
  started(events)["scenario"].as_object()["expect"] = "fail";
  EXPECT_EQ(judge(run_of(events)).exit_code, exit_missed) << "a blind one is blind all the same";
}

TEST(ControlArms, ANegativeControlPassesOnlyByFailing) {
  Events events = events_of(passing_run().text());
  started(events)["scenario"].as_object()["expect"] = "fail";
  EXPECT_EQ(judge(run_of(events)).exit_code, exit_missed) << "it passed";
  events.insert(events.end() - 1, {{"event", "step-finished"}, {"step", "verify"}, {"status", "failed"}});
  Verdict const failed = judge(run_of(events));
  EXPECT_EQ(failed.exit_code, exit_pass);
  EXPECT_EQ(failed.decision, "inconclusive") << "it says nothing of the rollback";
  EXPECT_THAT(failed.reasons.front(), HasSubstr("it failed, as it must"));
  // Neither an inconclusive run nor one that left something broken shows that the drill can see.
  events.back()["status"] = "interrupted";
  EXPECT_NE(judge(run_of(events)).exit_code, exit_pass);
}

TEST(ControlArms, AreToldApartFromTheDrillEverywhere) {
  Events events = events_of(passing_run().text());
  started(events)["placebo"] = true;
  auto const run = run_of(events);
  EXPECT_EQ(run.scenario_name(), "data-rollback (placebo)");
  EXPECT_EQ(run.title(), "A migration corrupts a table (placebo)");
  EXPECT_EQ(judge(run).exit_code, exit_pass) << "what it is to show, it has shown";
  EXPECT_FALSE(same_fingerprint(fingerprint_of(run), fingerprint_of(passing_run().run())));
}

}  // namespace
}  // namespace pgdrill::reports
