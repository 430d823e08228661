// The evidence package as a whole: what binds its files, and what a hostile journal cannot do to it.
#include <gmock/gmock.h>

#include <regex>

#include "harness/base/files.hpp"
#include "reports/compare.hpp"
#include "reports/markdown.hpp"
#include "reports/report.hpp"
#include "reports/run_table.hpp"
#include "tests/unit/reports/golden.hpp"
#include "tests/unit/reports/journal_builder.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Package : public testing::Test {
 protected:
  void SetUp() override { directory_ = make_temporary_directory().value(); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void write(std::string const& journal, std::optional<HistoryFigures> history = std::nullopt) {
    ASSERT_TRUE(write_file_atomically(directory_ / "journal.jsonl", journal).has_value());
    auto const verdict = write_reports(directory_ / "journal.jsonl", directory_, std::move(history));
    ASSERT_TRUE(verdict.has_value()) << describe(verdict.error());
  }
  std::string file(std::string const& name) const {
    return read_file(directory_ / name).value_or("(missing)");
  }

  std::filesystem::path directory_;
};

TEST_F(Package, TheManifestNamesEveryFileWithItsHash) {
  write(passing_run().text());
  std::string const manifest = file("MANIFEST.sha256");
  std::size_t files = 0;
  for (auto const& entry : std::filesystem::directory_iterator(directory_)) {
    std::string const name = entry.path().filename();
    if (name == "MANIFEST.sha256") continue;
    ++files;
    EXPECT_THAT(manifest, HasSubstr(sha256_hex(file(name)) + "  " + name + "\n"));
  }
  EXPECT_GE(files, 9U);
}

TEST_F(Package, TheStatementNamesJournalAndResults) {
  write(passing_run().text());
  json::value const statement = parse_json(file("statement.intoto.json")).value();
  EXPECT_EQ(get_string(statement, "_type"), "https://in-toto.io/Statement/v1");
  EXPECT_EQ(get_string(statement, "predicate.result"), "PASSED");
  std::string const text = file("statement.intoto.json");
  for (std::string const name : {"journal.jsonl", "verdict.json", "junit.xml", "evidence.html"})
    EXPECT_THAT(text, HasSubstr(sha256_hex(file(name)))) << name;
}

TEST_F(Package, ThePageNamesTheHashesOfItsData) {
  write(passing_run().text());
  for (std::string const name : {"journal.jsonl", "verdict.json", "junit.xml", "samples.csv"})
    EXPECT_THAT(file("evidence.html"), HasSubstr(sha256_hex(file(name)))) << name;
}

TEST_F(Package, TheLedgersLogIsPartOfIt) {
  std::string const log = "{\"probe\":\"ledger\",\"seq\":1,\"sent_ns\":5}\n";
  ASSERT_TRUE(write_file_atomically(directory_ / "writes.jsonl", log).has_value());
  write(passing_run().text());
  for (std::string const name : {"MANIFEST.sha256", "evidence.html", "statement.intoto.json"})
    EXPECT_THAT(file(name), HasSubstr(sha256_hex(log))) << name;
  // Made again elsewhere it is the same package, file by file.
  std::filesystem::path const other = directory_ / "other";
  ASSERT_TRUE(write_reports(directory_ / "journal.jsonl", other).has_value());
  EXPECT_EQ(read_file(other / "writes.jsonl").value_or("(missing)"), log);
  for (auto const& entry : std::filesystem::directory_iterator(directory_)) {
    if (!entry.is_regular_file()) continue;
    std::string const name = entry.path().filename();
    EXPECT_EQ(read_file(other / name).value_or("(missing)"), file(name)) << name;
  }
}

TEST_F(Package, NothingOfAnotherRunStaysInIt) {
  ASSERT_TRUE(write_file_atomically(directory_ / "writes.jsonl", "{}\n").has_value());
  write(failing_run().text(), HistoryFigures{.runs = {{"2026-11-01T00:00:00Z", 18.5}}, .sentence = "n = 1"});
  auto const journal = directory_ / "elsewhere" / "journal.jsonl";
  std::filesystem::create_directories(journal.parent_path());
  ASSERT_TRUE(write_file_atomically(journal, passing_run().text()).has_value());
  ASSERT_TRUE(write_reports(journal, directory_).has_value());
  for (std::string const name : {"writes.jsonl", "history.csv", "recovery-cluster.yaml"}) {
    EXPECT_FALSE(std::filesystem::exists(directory_ / name)) << name;
    EXPECT_THAT(file("MANIFEST.sha256"), Not(HasSubstr(name)));
  }
}

TEST_F(Package, ThePageCanBeUsedWithoutSightScriptOrNetwork) {
  write(passing_run().text());
  std::string const page = file("evidence.html");
  EXPECT_THAT(page, HasSubstr("<html lang=en>"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(testing::ContainsRegex("(src|href)=\"?(https?:)?//")));
  auto const count = [&](std::string const& what) {
    std::size_t found = 0;
    for (std::size_t at = page.find(what); at != std::string::npos; at = page.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("<h1>"), 1U);
  EXPECT_EQ(count("<table>"), count("<caption>"));
  EXPECT_EQ(count("<svg"), count("<desc"));
  // Every entry of the contents leads to a heading.
  static std::regex const link("href=\"#([a-z]+)\"");
  for (auto match = std::sregex_iterator(page.begin(), page.end(), link); match != std::sregex_iterator();
       ++match)
    EXPECT_THAT(page, HasSubstr("id=" + (*match)[1].str())) << (*match)[1];
}

TEST_F(Package, HistoryIsShownWithItsData) {
  write(passing_run().text(), HistoryFigures{.runs = {{"2026-11-01T00:00:00Z", 18.5}}, .sentence = "n = 1"});
  EXPECT_THAT(file("evidence.html"), HasSubstr("18.5 s"));
  EXPECT_THAT(file("history.csv"), HasSubstr("18.5"));
}

TEST_F(Package, ManyRunsGiveATable) {
  std::vector<std::filesystem::path> journals;
  for (int i = 0; i < 30; ++i) {
    journals.push_back(directory_ / ("j" + std::to_string(i)));
    ASSERT_TRUE(write_file_atomically(journals.back(), passing_run().text()).has_value());
  }
  journals.push_back(directory_ / "missing");
  RunTable const table = read_run_table(journals).value();
  EXPECT_EQ(table.runs.size(), 30U);
  EXPECT_EQ(table.unreadable.size(), 1U);
  std::string const text = run_table_text(table);
  EXPECT_THAT(text, HasSubstr("data-rollback: 30 runs, 30 go"));
  EXPECT_THAT(text, HasSubstr("the newest 20 of 30"));
  ASSERT_TRUE(write_run_table(table, directory_ / "out").has_value());
  EXPECT_THAT(read_file(directory_ / "out/runs.csv").value_or(""), HasSubstr("\"data-rollback\""));
  EXPECT_THAT(read_file(directory_ / "out/junit.xml").value_or(""), HasSubstr("tests=\"30\""));
}

TEST_F(Package, TheTableOfManyRunsIsTheSameAgain) {
  std::vector<std::filesystem::path> journals;
  for (auto const& [name, text] : {std::pair{"good", passing_run().text()}, {"bad", failing_run().text()}}) {
    journals.push_back(directory_ / name);
    ASSERT_TRUE(write_file_atomically(journals.back(), text).has_value());
  }
  RunTable const table = read_run_table(journals).value();
  expect_golden("reports/data/runs.txt", run_table_text(table));
  expect_golden("reports/data/runs.csv", run_table_csv(table));
  expect_golden("reports/data/runs.md", run_table_markdown(table));
  expect_golden("reports/data/runs-junit.xml", run_table_junit(table));
}

TEST_F(Package, TwoRunsBesideEachOther) {
  write(passing_run().text());
  RunSummary const a = summarize_journal(directory_ / "journal.jsonl").value();
  RunSummary b = a;
  b.values["rto"] = 30;
  b.fingerprint = "other";
  std::string const text = comparison_text(a, b);
  expect_golden("reports/data/compare.txt", text);
  expect_golden("reports/data/compare.json", comparison_json(a, b));
  EXPECT_THAT(text, HasSubstr("+9.998 s (+50 %)"));
  EXPECT_THAT(text, HasSubstr("not comparable"));
  EXPECT_EQ(get_bool(parse_json(comparison_json(a, b)).value(), "comparable", true), false);
}

TEST(Markdown, TakesTheMeaningFromWhatItEscapes) {
  EXPECT_EQ(markdown_cell("a|b\n<b> @x"), "a\\|b &lt;b&gt; &#64;x");
}

}  // namespace
}  // namespace pgdrill::reports
