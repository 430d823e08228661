// The cases of junit.xml: which there are, whatever the run came to, and how each ended.
#include <gmock/gmock.h>

#include <pugixml.hpp>
#include <set>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "reports/report.hpp"
#include "tests/unit/reports/journal_builder.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

class Document {
 public:
  explicit Document(Run const& run) {
    for (Report const& report : reports()) {
      if (report.file == "junit.xml") text_ = report.render(run, judge(run));
    }
    EXPECT_TRUE(document_.load_string(text_.c_str()));
  }

  std::set<std::string> names() const {
    std::set<std::string> names;
    for (auto const& node : document_.select_nodes("//testcase"))
      names.insert(node.node().attribute("name").value());
    return names;
  }
  /// "failure", "error", "skipped"; empty for one that passed; "missing".
  std::string outcome(std::string const& name) const {
    pugi::xml_node const node = find(name);
    if (!node) return "missing";
    std::string const child = node.first_child().name();
    return child == "system-out" ? "" : child;
  }
  std::string message(std::string const& name) const {
    return find(name).first_child().attribute("message").value();
  }

 private:
  pugi::xml_node find(std::string const& name) const {
    return document_.select_node(("//testcase[@name='" + name + "']").c_str()).node();
  }
  std::string text_;
  pugi::xml_document document_;
};

Run run_of(std::vector<std::string> const& lines, std::size_t count) {
  Run run;
  for (std::size_t i = 0; i < count; ++i) {
    if (!lines[i].empty()) add_event(run, parse_json(lines[i]).value().as_object());
  }
  sort_samples(run);
  return run;
}

TEST(JunitNames, AreTheSameWhereverARealRunBreaksOff) {
  std::filesystem::path const file =
      std::filesystem::path(PGDRILL_SOURCE_DIR) / "tests/data/journals/data-rollback.jsonl";
  std::vector<std::string> const lines = split(read_file(file).value(), '\n');
  std::set<std::string> const all = Document(run_of(lines, lines.size())).names();
  EXPECT_THAT(all,
              IsSupersetOf({"step restore", "probe heartbeat", "probe digest", "witness of step cut-over",
                            "objective rto", "check digest equals the captured one"}));
  // This journal is older than the plan of checks and witnesses: of those a name is known from when it was
  // made.
  auto const planned = [](std::set<std::string> names) {
    std::erase_if(names, [](std::string const& name) {
      return name.starts_with("check ") || name.starts_with("witness ");
    });
    return names;
  };
  ASSERT_GT(lines.size(), 100U);
  for (std::size_t count = 1; count < lines.size(); count += 25)
    EXPECT_EQ(planned(Document(run_of(lines, count)).names()), planned(all)) << "cut after line " << count;
}

TEST(JunitNames, AWitnessHasItsCaseBeforeItSeesAnything) {
  JournalBuilder journal;
  json::array const steps{{{"id", "restore"}, {"kind", "restore"}, {"effect", true}},
                          {{"id", "kill"}, {"kind", "pod-kill"}, {"sort", "fault"}},
                          {{"id", "detect"}, {"kind", "detect"}}};
  journal.add("run-started", {{"scenario", {{"name", "s"}}}, {"steps", steps}});
  Document const started(journal.run());
  EXPECT_EQ(started.outcome("witness of step restore"), "skipped");
  EXPECT_EQ(started.outcome("witness of step kill"), "skipped");
  EXPECT_FALSE(started.names().contains("witness of step detect")) << "it changes nothing";
  journal.add("witness", {{"subject", "restore"}, {"status", "seen"}});
  EXPECT_EQ(Document(journal.run()).names(), started.names());
}

/// A run that plans checks, two of them under one name.
JournalBuilder run_with_checks() {
  JournalBuilder journal;
  json::array const steps{{{"id", "status-check"}, {"kind", "status-check"}},
                          {{"id", "verify"}, {"kind", "verify"}},
                          {{"id", "again"}, {"kind", "verify"}}};
  json::array const checks{{{"name", "steady-state before"}, {"step", ""}},
                           {{"name", "markers"}, {"step", "verify"}},
                           {{"name", "migration history"}, {"step", "verify"}},
                           {{"name", "markers"}, {"step", "again"}}};
  return journal.add("run-started", {{"scenario", {{"name", "s"}}}, {"steps", steps}, {"checks", checks}});
}

JournalBuilder& add_check(JournalBuilder& journal, std::string_view name, std::string_view step,
                          std::string_view status) {
  return journal.add("check", {{"name", name}, {"step", step}, {"status", status}});
}

TEST(JunitNames, AChecksCaseIsThereBeforeItIsMade) {
  JournalBuilder journal = run_with_checks();
  std::set<std::string> const names = Document(journal.run()).names();
  EXPECT_THAT(names, IsSupersetOf({"check steady-state before", "check markers", "check migration history"}));
  EXPECT_EQ(Document(journal.run()).outcome("check markers"), "skipped");
  auto const same = [&] { EXPECT_EQ(Document(journal.run()).names(), names) << journal.text(); };
  add_check(journal, "steady-state before", "", "passed");
  same();
  journal.add("step-started", {{"step", "verify"}});
  add_check(journal, "migration history", "verify", "failed");
  same();
  add_check(journal, "markers", "verify", "undecided");
  same();
  add_check(journal, "markers", "again", "passed");
  same();
  Document const whole(journal.run());
  EXPECT_EQ(whole.outcome("check steady-state before"), "");
  EXPECT_EQ(whole.outcome("check migration history"), "failure");
  EXPECT_EQ(whole.outcome("check markers"), "error");
}

TEST(JunitNames, ACheckThatWasNotMadeSaysWhy) {
  JournalBuilder journal = run_with_checks();
  EXPECT_THAT(Document(journal.run()).message("check steady-state before"), HasSubstr("did not come so far"));
  EXPECT_THAT(Document(journal.run()).message("check migration history"),
              HasSubstr("did not come to its step verify"));
  journal.add("step-started", {{"step", "verify"}});
  EXPECT_THAT(Document(journal.run()).message("check migration history"), HasSubstr("verify did not come so "
                                                                                    "far: it did not end"));
  journal.add("step-finished", {{"step", "verify"}, {"status", "error"}});
  EXPECT_THAT(Document(journal.run()).message("check migration history"), HasSubstr("it ended as error"));
}

TEST(JunitNames, ChecksOfOneNameKeepTheirOrder) {
  JournalBuilder journal = run_with_checks();
  add_check(journal, "markers", "again", "failed");
  Document const document(journal.run());
  EXPECT_EQ(document.outcome("check markers"), "skipped") << "that of step verify, which stands first";
  EXPECT_EQ(document.outcome("check markers #2"), "failure");
}

TEST(JunitNames, AFaultThatWasNotReachedIsSkippedWithItsWitness) {
  JournalBuilder journal;
  json::array const steps{{{"id", "kill-primary"}, {"kind", "pod-kill"}, {"sort", "fault"}}};
  journal.add("run-started", {{"scenario", {{"name", "s"}}}, {"steps", steps}});
  Document const early(journal.run());
  EXPECT_EQ(early.outcome("step kill-primary"), "skipped");
  EXPECT_EQ(early.outcome("witness of step kill-primary"), "skipped");
  for (std::string_view const status : {"seen", "missing"})
    journal.add("witness", {{"subject", "kill-primary"}, {"status", status}, {"channel", status}});
  Document const late(journal.run());
  EXPECT_EQ(late.names(), early.names()) << "two witnesses of one step are one case";
  EXPECT_EQ(late.outcome("witness of step kill-primary"), "error");
  EXPECT_THAT(late.message("witness of step kill-primary"), HasSubstr("by missing"));
}

TEST(JunitProbes, PassWhenTheirLastAnswersAreRight) {
  Document const document(passing_run().run());
  EXPECT_EQ(document.outcome("probe heartbeat"), "");
  EXPECT_EQ(document.outcome("probe application"), "");
  EXPECT_EQ(document.outcome("probe ledger"), "skipped") << "it does not count, and has no sample";
}

/// A run in which one class of the heartbeat is down at the end.
JournalBuilder down_at_the_end(std::string_view probe) {
  JournalBuilder journal = started_run();
  journal.at(1).sample("heartbeat", "write", "right").sample("application", "query", "right");
  journal.at(2).sample("heartbeat", "connect", "right").sample(probe, "write", "failed");
  return journal.at(3);
}

TEST(JunitProbes, FailWhenTheRunIsCompletedAndTheServiceIsNotBack) {
  JournalBuilder journal = down_at_the_end("heartbeat");
  journal.add("undo-started", {{"id", "1"}}).at(4).sample("heartbeat", "write", "right");
  Document const document(journal.add("run-finished", {{"status", "completed"}}).run());
  EXPECT_EQ(document.outcome("probe heartbeat"), "failure") << "what the undo mends does not count";
  EXPECT_THAT(document.message("probe heartbeat"), HasSubstr("write: the last answer was failed"));
  EXPECT_EQ(document.outcome("probe application"), "");
}

TEST(JunitProbes, AreUndecidedWhenTheRunStoppedBeforeItsEnd) {
  for (std::string_view const status : {"", "failed", "error", "interrupted"}) {
    JournalBuilder journal = down_at_the_end("heartbeat");
    if (!status.empty()) journal.add("run-finished", {{"status", status}});
    EXPECT_EQ(Document(journal.run()).outcome("probe heartbeat"), "error") << status;
  }
}

TEST(JunitProbes, AreUndecidedWithoutASampleAndWhenTheyEndedEarly) {
  JournalBuilder journal = started_run();
  journal.at(1).sample("heartbeat", "write", "right");
  journal.add("probe-finished", {{"probe", "heartbeat"}, {"error", {{"what", "it broke"}}}});
  Document const document(journal.add("run-finished", {{"status", "completed"}}).run());
  EXPECT_THAT(document.message("probe heartbeat"), HasSubstr("it broke"));
  EXPECT_EQ(document.outcome("probe heartbeat"), "error");
  EXPECT_EQ(document.outcome("probe application"), "error");
}

TEST(JunitProbes, ThatDoNotCountForTheRtoDecideNothing) {
  JournalBuilder journal = down_at_the_end("ledger");
  Document const document(journal.add("run-finished", {{"status", "completed"}}).run());
  EXPECT_EQ(document.outcome("probe ledger"), "skipped");
  EXPECT_THAT(document.message("probe ledger"), HasSubstr("the last answer was failed"));
}

}  // namespace
}  // namespace pgdrill::reports
