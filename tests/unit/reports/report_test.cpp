#include "reports/report.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <pugixml.hpp>

#include "harness/base/files.hpp"
#include "reports/escape.hpp"
#include "tests/unit/reports/golden.hpp"
#include "tests/unit/reports/journal_builder.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string render(std::string_view file, Run const& run) {
  for (Report const& report : reports()) {
    if (report.file == file) return report.render(run, judge(run));
  }
  return "";
}

/// A drill that came to its end, and one that failed in every way, with earlier runs to compare with.
Run story(std::string_view name) { return (name == "passing" ? passing_run() : failing_run()).run(); }

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, OfEveryReport) {
  auto const run = story(GetParam());
  Verdict verdict = judge(run);
  if (GetParam() == "failing") {
    verdict.history = HistoryFigures{.runs = {{"2026-11-22T03:00:00Z", 18.5}, {"2026-11-23T03:00:00Z", 21}},
                                     .sentence = "2 of 5 runs of comparable history."};
  }
  for (Report const& report : reports()) {
    SCOPED_TRACE(report.file);
    std::string const text = report.render(run, verdict);
    if (!text.empty()) expect_golden("reports/data/" + GetParam() + "-" + std::string(report.file), text);
    bool const needs_more = report.file == "history.csv" || report.file == "recovery-cluster.yaml";
    EXPECT_EQ(text.empty(), GetParam() == "passing" && needs_more) << "a report without a golden file";
  }
}

INSTANTIATE_TEST_SUITE_P(Reports, Golden, testing::Values("passing", "failing"),
                         [](auto const& test) { return test.param; });

/// A journal full of what its author should not have been able to write.
Run malicious_run() {
  JournalBuilder journal = passing_run();
  std::string const evil =
      std::string("<script>alert('x')</script>&\"]]>\x1B[31mred\x01\r\n") + std::string(200'000, 'A');
  journal.check(evil, "data", "failed", {evil});
  journal.add("finding",
              {{"probe", evil}, {"object", evil}, {"what", evil}, {"count", 1}, {"rows", json::array{evil}}});
  journal.add("mark", {{"name", evil}, {"source", evil}});
  journal.step(evil, evil, 1, {{"what", evil}, {"todo", evil}});
  json::object const facts{{"retention_policy", evil},  {"retention_source", evil},
                           {"retention_unknown", evil}, {"backup_id", evil},
                           {"postgres", evil},          {"image", evil}};
  for (std::string_view const name :
       {"environment", "cluster-before", "captured-target", "backup", "restore"})
    journal.add("fact", {{"name", name}, {"value", facts}});
  for (std::string_view const name : {"revert-applied", "promoted", "replay-stopped"})
    journal.add("mark", {{"name", name}, {"source", evil}, {"at", evil}, {"detail", evil}});
  return journal.run();
}

TEST(MaliciousJournal, CannotPutMarkupIntoThePage) {
  std::string const page = render("evidence.html", malicious_run());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\x1B")));
  EXPECT_LT(page.size(), 1'000'000U);
}

TEST(MaliciousJournal, IsBoundedAndCleanInEveryReport) {
  auto const run = malicious_run();
  for (Report const& report : reports()) {
    SCOPED_TRACE(report.file);
    std::string const text = report.render(run, judge(run));
    EXPECT_LT(text.size(), 2'000'000U);
    for (std::string_view const forbidden : {"\x1B", "\x01"})
      EXPECT_EQ(text.find(forbidden), std::string::npos) << "a control character gets through";
    if (report.file.ends_with(".json")) EXPECT_TRUE(parse_json(text).has_value());
    if (report.file.ends_with(".xml")) EXPECT_TRUE(pugi::xml_document().load_string(text.c_str()));
    if (report.file.ends_with(".html") || report.file.ends_with(".md"))
      EXPECT_THAT(text, Not(HasSubstr("<script")));
  }
}

TEST(MaliciousJournal, GivesWellFormedJunit) {
  std::string const xml = render("junit.xml", malicious_run());
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(xml.c_str()));
  EXPECT_THAT(xml, Not(HasSubstr("\x01")));
  EXPECT_THAT(xml, Not(HasSubstr("&#")));
}

TEST(Junit, TellsFailureFromError) {
  JournalBuilder journal = passing_run();
  journal.check("digest of tables", "data", "failed", {"table ledger_entries: id=7"});
  journal.check("fingerprint", "schema", "undecided");
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(render("junit.xml", journal.run()).c_str()));
  auto const find_case = [&](char const* name) {
    return document.select_node((std::string("//testcase[@name='") + name + "']").c_str()).node();
  };
  EXPECT_STREQ(find_case("check digest of tables").first_child().name(), "failure");
  EXPECT_THAT(find_case("check digest of tables").first_child().text().get(), HasSubstr("id=7"));
  EXPECT_STREQ(find_case("check fingerprint").first_child().name(), "error");
  EXPECT_EQ(document.child("testsuites").attribute("failures").as_int(),
            2);  // the check and objective integrity
}

TEST(WriteReports, GivesTheSameBytesAgainFromItsOwnJournal) {
  auto const directory = make_temporary_directory().value();
  auto const again = make_temporary_directory().value();
  ASSERT_TRUE(write_file_atomically(directory / "journal.jsonl", passing_run().text()).has_value());
  ASSERT_TRUE(write_reports(directory / "journal.jsonl", directory).has_value());
  ASSERT_TRUE(write_reports(directory / "journal.jsonl", again).has_value());
  for (std::string const file :
       {"verdict.json", "junit.xml", "metrics.prom", "evidence.html", "summary.md", "samples.csv",
        "timeline.csv", "statement.intoto.json", "MANIFEST.sha256", "journal.jsonl"}) {
    auto const first = read_file(directory / file);
    ASSERT_TRUE(first.has_value()) << file;
    EXPECT_EQ(*first, read_file(again / file).value_or("")) << file;
  }
  std::filesystem::remove_all(directory);
  std::filesystem::remove_all(again);
}

TEST(WriteReports, ATornLastLineIsPassedOver) {
  auto const directory = make_temporary_directory().value();
  ASSERT_TRUE(write_file_atomically(directory / "journal.jsonl", started_run().text() + R"({"seq":2,"t":)")
                  .has_value());
  auto const verdict = write_reports(directory / "journal.jsonl", directory);
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->decision, "inconclusive");
  std::filesystem::remove_all(directory);
}

TEST(WriteReports, WhatIsNoJournalIsRefused) {
  auto const directory = make_temporary_directory().value();
  ASSERT_TRUE(write_file_atomically(directory / "x", "hello\n").has_value());
  EXPECT_EQ(write_reports(directory / "x", directory).error().kind, ErrorKind::invalid);
  EXPECT_EQ(write_reports(directory / "missing", directory).error().kind, ErrorKind::io);
  std::filesystem::remove_all(directory);
}

TEST(Escape, CleanKeepsTextAndDropsWhatXmlForbids) {
  EXPECT_EQ(clean("tab\tline\nümlaut €  \xF0\x9F\x98\x80"), "tab\tline\nümlaut €  \xF0\x9F\x98\x80");
  EXPECT_EQ(clean("a\x1B[1;31mb\x1B[0mc"), "abc");
  EXPECT_EQ(clean("a\r\nb\rc"), "a\nb\nc");
  EXPECT_EQ(clean(std::string_view("\x00\x01", 2)), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(clean("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // overlong
  EXPECT_EQ(clean("\xED\xA0\x80").size(), 9U);               // surrogate: three replacements
  EXPECT_EQ(clean("\xEF\xBF\xBE").size(), 9U);               // U+FFFE
  EXPECT_THAT(clean(std::string(100, 'x'), 10), HasSubstr("xxxxxxxxxx… (100 bytes"));
}

TEST(Escape, OneLine) { EXPECT_EQ(one_line("a\nb\tc"), "a b c"); }

}  // namespace
}  // namespace pgdrill::reports
