// Reports as others' parsers take them. The parsers and Jenkins' strict schema come from PyPI and npm; where
// those cannot be reached the tests are skipped, with what the client said.
#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "harness/base/json.hpp"
#include "harness/base/text.hpp"
#include "tests/support/command.hpp"

namespace pgdrill::test {
namespace {

std::filesystem::path const root = PGDRILL_SOURCE_DIR;

/// The journals to report: a real one, that with failures of every sort, and one that breaks off.
std::vector<std::string> journals() {
  std::string const real = read_file(root / "tests/data/journals/data-rollback.jsonl").value();
  std::string failing = real;
  for (auto const& [from, to] :
       {std::pair<std::string, std::string>{"\"status\":\"passed\"", "\"status\":\"failed\""},
        {"\"status\":\"seen\"", "\"status\":\"missing\""},
        {"known-good M1", "<&\\\"'\\u001b[31m\\u0001\\ufffe ]]> é"}}) {
    for (std::size_t at = failing.find(from); at != std::string::npos;
         at = failing.find(from, at + to.size()))
      failing.replace(at, from.size(), to);
  }
  return {real, failing, real.substr(0, real.size() / 2)};
}

class Readers : public testing::Test {
 protected:
  void SetUp() override {
    for (std::string const& journal : journals()) {
      std::filesystem::path const directory = directory_.path() / std::to_string(files_.size());
      std::filesystem::create_directories(directory);
      ASSERT_TRUE(write_file_atomically(directory / "journal.jsonl", journal).has_value());
      CommandResult const made = run({PGDRILL_BINARY, "report", (directory / "journal.jsonl").string()});
      ASSERT_EQ(made.exit_code, 0) << made.err;
      files_.push_back((directory / "junit.xml").string());
      directories_.push_back(directory);
    }
    CommandResult const gate = run({PGDRILL_BINARY, "gate", (directories_.front() / "journal.jsonl").string(),
                                    "--junit", (directory_.path() / "gate.xml").string()});
    ASSERT_EQ(gate.exit_code, 0) << gate.err;
    files_.push_back((directory_.path() / "gate.xml").string());
  }

  /// A fetch that may not be possible here.
  bool fetched(std::vector<std::string> const& command) {
    CommandResult const result = run(command);
    if (result.exit_code == 0) return true;
    why_ = command.front() + ": " +
           result.err.substr(result.err.size() - std::min<std::size_t>(result.err.size(), 300));
    return false;
  }
  std::string python() const { return (directory_.path() / "venv/bin/python").string(); }
  bool python_has(std::vector<std::string> const& packages) {
    std::vector<std::string> install{python(), "-m", "pip", "install", "-q"};
    install.insert(install.end(), packages.begin(), packages.end());
    return fetched({"python3", "-m", "venv", (directory_.path() / "venv").string()}) && fetched(install);
  }

  bool node_has(std::vector<std::string> const& packages) {
    std::vector<std::string> install{
        "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", directory_.path().string()};
    install.insert(install.end(), packages.begin(), packages.end());
    return fetched(install);
  }
  /// What a script of ours for Node prints of the files.
  void expect_same_counts(std::string const& script) const {
    std::filesystem::copy_file(root / "tests/readers" / script, directory_.path() / script);
    std::vector<std::string> command{"node", (directory_.path() / script).string()};
    command.insert(command.end(), files_.begin(), files_.end());
    CommandResult const read = run(command);
    EXPECT_EQ(read.exit_code, 0) << read.err;
    EXPECT_EQ(read.out, counts_in_files());
  }

  /// "tests failures errors skipped" per file, as the files themselves say.
  std::string counts_in_files() const {
    std::string counts;
    for (std::string const& file : files_) {
      for (std::string const name : {"tests", "failures", "errors", "skipped"}) {
        counts += run({"xmllint", "--xpath", "string(sum(/testsuites/testsuite/@" + name + "))", file}).out;
        while (!counts.empty() && counts.back() == '\n') counts.pop_back();
        counts += name == "skipped" ? "\n" : " ";
      }
    }
    return counts;
  }

  TemporaryDirectory directory_;
  std::vector<std::string> files_;
  std::vector<std::filesystem::path> directories_;
  std::string why_;
};

TEST_F(Readers, JenkinsStrictSchemaHolds) {
  // pytest's source distribution carries the schema of Jenkins' xunit plugin, byte for byte.
  if (!fetched({"python3", "-m", "pip", "download", "-q", "--no-deps", "--no-build-isolation", "--no-binary",
                ":all:", "-d", directory_.path().string(), "pytest==9.0.2"}) &&
      !fetched({"python3", "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d",
                directory_.path().string(), "pytest"}))
    GTEST_SKIP() << why_;
  CommandResult const unpacked =
      run({"sh", "-c",
           "cd " + directory_.path().string() +
               " && tar xzf pytest-*.tar.gz --wildcards '*/junit-10.xsd' --strip-components=3 && ls *.xsd"});
  ASSERT_EQ(unpacked.exit_code, 0) << unpacked.err;
  for (std::string const& file : files_) {
    CommandResult const valid =
        run({"xmllint", "--noout", "--schema", (directory_.path() / "junit-10.xsd").string(), file});
    EXPECT_EQ(valid.exit_code, 0) << valid.err;
  }
}

TEST_F(Readers, JunitparserCountsTheSame) {
  if (!python_has({"junitparser", "lxml"})) GTEST_SKIP() << why_;
  std::vector<std::string> command{python(), (root / "tests/readers/read_junit.py").string()};
  command.insert(command.end(), files_.begin(), files_.end());
  CommandResult const read = run(command);
  EXPECT_EQ(read.exit_code, 0) << read.err;
  EXPECT_EQ(read.out, counts_in_files());
}

TEST_F(Readers, TheParsersOfGithubsActionsCountTheSame) {
  if (!node_has({"xml2js", "xml-js"})) GTEST_SKIP() << why_;
  expect_same_counts("read_junit.js");
}

TEST_F(Readers, ConvertersCountTheSame) {
  if (!node_has({"junit2json", "test-results-parser"})) GTEST_SKIP() << why_;
  expect_same_counts("convert_junit.js");
}

TEST_F(Readers, VerdictJsonKeepsToItsSchema) {
  if (!python_has({"jsonschema"})) GTEST_SKIP() << why_;
  for (std::filesystem::path const& directory : directories_) {
    CommandResult const valid =
        run({python(), "-c",
             "import json, sys, jsonschema; "
             "jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate("
             "json.load(open(sys.argv[2])))",
             (root / "reports/verdict.schema.json").string(), (directory / "verdict.json").string()});
    EXPECT_EQ(valid.exit_code, 0) << valid.err;
  }
}

}  // namespace
}  // namespace pgdrill::test
