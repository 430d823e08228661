// Repetition and expectation: what many runs come to, and when a failure is what was asked for.
#include "harness/cli/repetition.hpp"

#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "harness/base/json.hpp"
#include "tests/support/command.hpp"

namespace pgdrill::cli {
namespace {

using testing::ElementsAre;

TEST(Expectation, TheGravestOfManyDecides) {
  EXPECT_EQ(gravest({0, 4, 0}), 4);
  EXPECT_EQ(gravest({0, 4, 1}), 1);
  EXPECT_EQ(gravest({1, 5, 0}), 5);
  EXPECT_EQ(gravest({0, 0}), 0);
  EXPECT_EQ(gravest({}), 0);
}

scenario::Scenario with_matrix() {
  scenario::Scenario scenario;
  scenario.matrix = {{"by", {"name", "lsn"}}};
  scenario.repeat = 2;
  scenario.seed = 40;
  return scenario;
}

TEST(Repetition, TheCommandLineOverrulesTheFile) {
  Arguments arguments;
  EXPECT_EQ(read_repetition(arguments, with_matrix())->runs(), 4U);
  EXPECT_EQ(read_repetition(arguments, with_matrix())->seed, 40U);
  arguments.set("repeat", {"3"});
  arguments.set("seed", {"7"});
  EXPECT_EQ(read_repetition(arguments, with_matrix())->runs(), 6U);
  EXPECT_EQ(read_repetition(arguments, with_matrix())->seed, 7U);
  arguments.set("seed", {"seven"});
  EXPECT_FALSE(read_repetition(arguments, with_matrix()).has_value());
}

TEST(Repetition, EachRunHasItsSeedAndItsDirectoryAndOneVerdictSpansThem) {
  test::TemporaryDirectory const directory;
  std::filesystem::path const file = directory.path() / "s.yaml";
  std::FILE* const out = std::fopen(file.c_str(), "w");
  std::fputs(
      "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: test}\nvariables: {by: name}\n"
      "matrix: {by: [name, lsn]}\nrepeat: 2\nseed: 40\ntarget: {namespace: develop, cluster: orders}\n"
      "steps: [mark: {name: x}]\n",
      out);
  std::fclose(out);
  Arguments arguments;
  arguments.set("SCENARIO", {file.string()});
  arguments.set("output", {"json"});
  std::vector<std::uint64_t> seeds;
  std::vector<std::string> repetitions;
  int const code =
      run_many(arguments, *read_repetition(arguments, with_matrix()), directory.path(), [&](OneRun run) {
        seeds.push_back(run.seed);
        repetitions.push_back(get_string(run.repetition, "id"));
        std::filesystem::create_directories(run.evidence);
        std::FILE* const verdict = std::fopen((run.evidence / "verdict.json").c_str(), "w");
        std::fprintf(verdict, R"({"decision":"go","objectives":[{"name":"rto","unit":"s","value":%llu}]})",
                     static_cast<unsigned long long>(run.seed));
        std::fclose(verdict);
        return run.scenario.variables.at("by") == "lsn" && run.seed == 43 ? 1 : 0;
      });
  EXPECT_EQ(code, 1);
  EXPECT_THAT(seeds, ElementsAre(40, 41, 42, 43));
  // Repeats of one combination are one run to the gate; another combination is another run.
  EXPECT_EQ(repetitions[0], repetitions[1]);
  EXPECT_EQ(repetitions[2], repetitions[3]);
  EXPECT_NE(repetitions[0], repetitions[2]);
  json::value const suite = parse_json(read_file(directory.path() / "suite.json").value()).value();
  EXPECT_EQ(get_string(suite, "decision"), "no-go");
  ASSERT_EQ(find(suite, "runs")->as_array().size(), 4U);
  EXPECT_EQ(get_string(find(suite, "runs")->as_array().at(2), "directory"), "03-by=lsn");
  json::value const& spread = find(suite, "spread")->as_array().at(0);
  EXPECT_EQ(find(spread, "median")->to_number<double>(), 41.5);
  EXPECT_EQ(find(spread, "most")->to_number<double>(), 43);
}

}  // namespace
}  // namespace pgdrill::cli
