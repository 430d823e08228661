// Suites: which scenarios directories and tags choose, and what many of them come to.
#include "harness/cli/suite.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "harness/base/files.hpp"
#include "tests/cli/binary.hpp"

namespace pgdrill::cli {
namespace {

using test::CommandResult;
using test::pgdrill_verb;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

TEST(Suite, TagsChooseAndExclude) {
  EXPECT_TRUE(selected({}, {}, {}));
  EXPECT_TRUE(selected({"nightly", "slow"}, {"weekly", "nightly"}, {}));
  EXPECT_FALSE(selected({"nightly", "slow"}, {"nightly"}, {"slow"}));
  EXPECT_FALSE(selected({}, {"nightly"}, {}));
}

class SuiteDirectory : public testing::Test {
 protected:
  void write(std::string const& file, std::string const& name, std::string const& more = "") const {
    std::filesystem::create_directories((directory_.path() / file).parent_path());
    std::ofstream(directory_.path() / file)
        << "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: " << name << ", tags: [" << more
        << "]}\ntarget: {namespace: develop, cluster: orders}\nsteps: [mark: {name: x}]\n";
  }
  std::optional<std::vector<Chosen>> choose(std::vector<std::string> tags = {}) const {
    Arguments arguments;
    arguments.set("SCENARIO", {directory_.path().string()});
    arguments.set("tag", std::move(tags));
    return choose_scenarios(arguments);
  }
  test::TemporaryDirectory directory_;
};

TEST_F(SuiteDirectory, HoldsScenariosAmongOtherThings) {
  write("b.yaml", "b");
  write("deep/a.yml", "a");
  std::ofstream(directory_.path() / "role.yaml") << "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n";
  EXPECT_THAT(scenario_files(directory_.path().string()),
              ElementsAre(EndsWith("/b.yaml"), EndsWith("/deep/a.yml")));
}

TEST_F(SuiteDirectory, IsReadWholeBeforeAnythingRuns) {
  write("a.yaml", "a", "nightly");
  write("b.yaml", "b");
  ASSERT_EQ(choose()->size(), 2U);
  ASSERT_EQ(choose({"nightly"})->size(), 1U);
  EXPECT_EQ(choose({"nightly"})->front().scenario.name, "a");
  EXPECT_FALSE(choose({"weekly"})) << "nothing that runs proves nothing";
  std::ofstream(directory_.path() / "c.yaml") << "apiVersion: pgdrill.io/v1\nkind: Scenario\nsteps: 7\n";
  EXPECT_FALSE(choose({"nightly"})) << "one that is not valid stops all";
}

TEST_F(SuiteDirectory, TheGravestDecidesAndAllAreTold) {
  write("a.yaml", "same");
  write("b.yaml", "same");
  write("c.yaml", "other");
  std::vector<std::string> ran;
  auto const run = [&ran](Arguments const& own, Chosen const& one, std::filesystem::path const& evidence) {
    EXPECT_EQ(own.text("SCENARIO"), one.file);
    ran.push_back(evidence.filename().string());
    return ran.size() == 2 ? 4 : 0;
  };
  EXPECT_EQ(run_suite({}, *choose(), directory_.path() / "evidence", run), 4);
  EXPECT_THAT(ran, ElementsAre("same", "same-2", "other"));
  json::value const suite =
      parse_json(read_file(directory_.path() / "evidence/suite.json").value_or("")).value();
  EXPECT_EQ(get_string(suite, "decision"), "inconclusive");
  EXPECT_EQ(find(suite, "scenarios")->as_array().size(), 3U);
  EXPECT_EQ(get_int(suite, "not_run"), 0);
}

TEST_F(SuiteDirectory, IsGoOnlyWhenOneOfItIs) {
  write("a.yaml", "a");
  write("b.yaml", "b");
  for (auto const& [first, whole] : {std::pair{"go", "go"}, {"inconclusive", "inconclusive"}}) {
    auto const run = [&](Arguments const&, Chosen const& one, std::filesystem::path const& evidence) {
      std::string const decision = one.scenario.name == "a" ? first : "inconclusive";
      std::filesystem::create_directories(evidence);
      std::ofstream(evidence / "verdict.json") << R"({"decision": ")" << decision << "\"}";
      return 0;
    };
    EXPECT_EQ(run_suite({}, *choose(), directory_.path() / "evidence", run), 0);
    json::value const suite =
        parse_json(read_file(directory_.path() / "evidence/suite.json").value_or("")).value();
    EXPECT_EQ(get_string(suite, "decision"), whole) << "placebos and controls pass, and are no proof";
    EXPECT_EQ(get_string(find(suite, "scenarios")->as_array().at(0), "decision"), first);
  }
}

TEST_F(SuiteDirectory, AnInterruptEndsIt) {
  write("a.yaml", "a");
  write("b.yaml", "b");
  int ran = 0;
  auto const run = [&ran](Arguments const&, Chosen const&, std::filesystem::path const&) {
    ++ran;
    return 130;
  };
  EXPECT_EQ(run_suite({}, *choose(), directory_.path() / "evidence", run), 130);
  EXPECT_EQ(ran, 1);
  json::value const suite =
      parse_json(read_file(directory_.path() / "evidence/suite.json").value_or("")).value();
  EXPECT_EQ(get_int(suite, "not_run"), 1);
}

TEST_F(SuiteDirectory, WithoutSuchATagIsAUsageError) {
  write("a.yaml", "a", "nightly");
  CommandResult const result = pgdrill_verb({"run", directory_.path().string(), "--tag", "weekly"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("no scenario has the tags"));
}

TEST_F(SuiteDirectory, AHistoryThatCannotBeReadIsToldBeforeAnythingIsDone) {
  write("a.yaml", "a", "nightly");
  std::filesystem::path const history = directory_.path() / "history.sqlite";
  ASSERT_TRUE(write_file_atomically(history, std::string(4096, 'x')).has_value());
  CommandResult const result = pgdrill_verb({"run", (directory_.path() / "a.yaml").string(), "--history",
                                             history.string(), "--kubeconfig", "/nonexistent"});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("the history cannot be used"));
}

}  // namespace
}  // namespace pgdrill::cli
