// What a hostile journal cannot do to a package, to a table of many runs, or to a comparison.
#include <gmock/gmock.h>

#include <pugixml.hpp>
#include <regex>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/base/yaml_documents.hpp"
#include "reports/compare.hpp"
#include "reports/escape.hpp"
#include "reports/report.hpp"
#include "reports/run_table.hpp"
#include "tests/unit/reports/journal_builder.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Text that every reader of a report would take for markup, commands or a formula.
std::string const evil =
    "<script>alert(1)</script>\"'`$(reboot)`|[x](javascript:x)@everyone::error::\n=HYPERLINK(1)";

std::string hostile_journal() {
  JournalBuilder journal = passing_run();
  journal.check(evil, "data", "failed", {evil});
  journal.add("fact",
              {{"name", "captured-target"}, {"value", {{"backup_id", evil}, {"restore_point", evil}}}});
  journal.add("fact", {{"name", "migration"}, {"value", {{"commit", evil}, {"kustomization", evil}}}});
  json::object const spec{{evil, evil}, {"command", {evil, {{evil, {evil}}}}}, {"name", "drilled"}};
  journal.add("fact", {{"name", "restore-manifest"},
                       {"value", {{"metadata", {{"name", "drilled"}, {"labels", evil}}}, {"spec", spec}}}});
  journal.add("fact", {{"name", evil}, {"value", evil}});
  journal.step(evil, "failed", 1, {{"what", evil}, {"todo", evil}});
  journal.add("witness", {{"subject", evil}, {"status", "seen"}});
  journal.add("mark", {{"name", evil}, {"t", 9'007'199'254'740'993}});
  return journal.text() + "{\"event\":\"mark\",\"name\":\"\xff\xfe\"}\n" + std::string(200'000, '{') + "\n" +
         R"({"run":"x","event":"sample","probe":"p","class":"c","scheduled_ns":9223372036854775807,"status":"wrong"})" +
         "\n";
}

/// A run whose own names are hostile, and begin as `start` does.
std::string hostile_names(std::string const& start) {
  std::string const name = start + evil + "\n" + start + std::string(100'000, 'A');
  JournalBuilder journal;
  journal.add("run-started",
              {{"run", name},
               {"wall", start + "ééééééééééééé"},
               {"scenario", {{"name", name}, {"sha256", name}}},
               {"target", {{"namespace", name}, {"cluster", name}, {"postgres", start + "ééééééééé"}}},
               {"objectives", json::array{{{"name", name}, {"limit_ns", 1}}}},
               {"steps", json::array{{{"id", name}, {"kind", name}, {"title", name}}}}});
  journal.step(name, "failed", 1, {{"what", name}});
  return journal.text();
}

/// Valid UTF-8 without control characters, and no line that a CI system takes for a command.
void expect_harmless(std::string text) {
  std::erase(text, '\r');  // of a CSV file's lines
  EXPECT_EQ(clean(text, text.size() + 1), text);
  EXPECT_LT(text.size(), 50'000U);
  for (std::string const& line : split(text, '\n')) {
    std::string const shown = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    EXPECT_THAT(shown, Not(testing::AnyOf(StartsWith("::"), StartsWith("##["))));
  }
}

class Hostile : public testing::Test {
 protected:
  void SetUp() override { directory_ = make_temporary_directory().value(); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path journal(std::string const& text) {
    std::filesystem::path file = directory_ / std::to_string(count_++) / "journal.jsonl";
    std::filesystem::create_directories(file.parent_path());
    EXPECT_TRUE(write_file_atomically(file, text).has_value());
    return file;
  }

  std::filesystem::path directory_;
  int count_ = 0;
};

TEST_F(Hostile, AJournalHarmsNoReport) {
  auto const written = write_reports(journal(hostile_journal()), directory_ / "out");
  ASSERT_TRUE(written.has_value()) << describe(written.error());
  auto const file = [&](std::string const& name) {
    return read_file(directory_ / "out" / name).value_or("(missing)");
  };
  EXPECT_THAT(file("evidence.html"), Not(HasSubstr("<script")));
  // A shell would run neither: what is not plain stands in single quotes.
  EXPECT_THAT(file("evidence.html"), HasSubstr("git revert --no-edit &#39;&lt;script"));
  EXPECT_THAT(file("summary.md"), Not(HasSubstr("<script")));
  EXPECT_THAT(file("summary.md"), Not(HasSubstr("@everyone")));
  EXPECT_THAT(file("summary.md"), Not(HasSubstr("[x](")));
  EXPECT_TRUE(parse_json(file("verdict.json")).has_value());
  EXPECT_TRUE(parse_json(file("statement.intoto.json")).has_value());
  for (std::string const& line : split(file("timeline.csv"), '\n')) EXPECT_THAT(line, Not(StartsWith("=")));
  EXPECT_THAT(file("metrics.prom"), Not(HasSubstr("\nalert")));
  for (auto const& entry : std::filesystem::directory_iterator(directory_ / "out"))
    EXPECT_LT(entry.file_size(), 2'000'000U) << entry.path();
}

TEST_F(Hostile, AJournalsManifestIsOneDocumentWithItsTextAsText) {
  ASSERT_TRUE(write_reports(journal(hostile_journal()), directory_ / "out").has_value());
  std::string const text = read_file(directory_ / "out/recovery-cluster.yaml").value_or("");
  std::vector<YAML::Node> const documents = load_yaml_documents(text);
  ASSERT_EQ(documents.size(), 1U);
  YAML::Node const spec = documents.front()["spec"];
  EXPECT_EQ(documents.front()["kind"].as<std::string>(), "Cluster");
  EXPECT_EQ(documents.front()["metadata"].size(), 2U) << "labels of the drill's Cluster do not come along";
  EXPECT_EQ(spec[evil].as<std::string>(), evil);
  EXPECT_EQ(spec["command"][0].as<std::string>(), evil);
  EXPECT_EQ(spec["command"][1][evil][0].as<std::string>(), evil);
  EXPECT_EQ(spec["name"].as<std::string>(), "orders-recovered");
  expect_harmless(text);
}

TEST_F(Hostile, AJournalGivesReadersOfJunitNoOrders) {
  std::string const order = "[[ATTACHMENT|/etc/passwd]] [[PROPERTY|a=b]] [[1, 2]]";
  JournalBuilder passing = passing_run();
  passing.add("check", {{"name", "a"}, {"status", "passed"}, {"not_examined", {order}}});
  passing.add("check", {{"name", "b"}, {"status", "failed"}, {"expected", order}, {"details", {order}}});
  ASSERT_TRUE(write_reports(journal(passing.text()), directory_ / "out").has_value());
  std::string const text = read_file(directory_ / "out/junit.xml").value_or("");
  EXPECT_THAT(text, HasSubstr("[ [ATTACHMENT|/etc/passwd]] [ [PROPERTY|a=b]] [[1, 2]]"));
  EXPECT_THAT(text, Not(HasSubstr("[[ATTACHMENT")));
  EXPECT_THAT(text, Not(HasSubstr("[[PROPERTY")));
}

TEST_F(Hostile, NamesHarmNoTableOfManyRuns) {
  std::vector<std::filesystem::path> journals{journal(passing_run().text())};
  for (std::string const start : {"::error::", "  ##[command]", "=1+", "\x1B[31m@x", "é"})
    journals.push_back(journal(hostile_names(start)));
  journals.push_back(directory_ / "::error::\n=missing");
  RunTable const table = read_run_table(journals).value();
  EXPECT_EQ(table.runs.size(), 6U);
  expect_harmless(run_table_text(table));
  expect_harmless(run_table_csv(table));
  static std::regex const formula("(^|,)\"[=+@-]", std::regex::multiline);
  EXPECT_FALSE(std::regex_search(run_table_csv(table), formula));
  std::string const markdown = run_table_markdown(table);
  expect_harmless(markdown);
  for (std::string_view const markup : {"<script", "@everyone", "[x]("})
    EXPECT_THAT(markdown, Not(HasSubstr(std::string(markup))));
  EXPECT_EQ(split(markdown, '\n').size(), 2 + 6 + 1U) << "a row of a scenario is one line";
  std::string const junit = run_table_junit(table);
  expect_harmless(junit);
  EXPECT_TRUE(pugi::xml_document().load_string(junit.c_str()));
}

TEST_F(Hostile, NamesHarmNoComparison) {
  RunSummary const good = summarize_journal(journal(passing_run().text())).value();
  for (std::string const start : {"::error::", "  ##[command]", "\x1B[31m@x", "é"}) {
    RunSummary const bad = summarize_journal(journal(hostile_names(start))).value();
    for (auto const& [a, b] : {std::pair(bad, good), std::pair(good, bad), std::pair(bad, bad)}) {
      expect_harmless(comparison_text(a, b));
      expect_harmless(comparison_json(a, b));
      EXPECT_TRUE(parse_json(comparison_json(a, b)).has_value());
    }
  }
}

}  // namespace
}  // namespace pgdrill::reports
