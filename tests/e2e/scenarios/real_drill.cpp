#include "tests/e2e/scenarios/real_drill.hpp"

#include <algorithm>

#include "harness/base/files.hpp"

namespace pgdrill::test {

namespace {

std::string status_of(json::value const& verdict, std::string_view name) {
  json::value const* const objectives = find(verdict, "objectives");
  if (objectives == nullptr) return "(no verdict)";
  for (json::value const& entry : objectives->as_array()) {
    if (get_string(entry, "name") == name) return get_string(entry, "status");
  }
  return "(missing)";
}

}  // namespace

void RealDrill::SetUp() {
  if (std::string const why = RealCluster::missing(); !why.empty()) GTEST_SKIP() << why;
}

void RealDrill::run_scenario(std::string const& ns, std::string const& method) {
  CommandResult const demo = cluster_.demo(ns, method);
  ASSERT_EQ(demo.exit_code, 0) << demo.out << demo.err;
  std::string const evidence = (directory_.path() / "evidence").string();
  std::vector<std::string> command{
      "run", PGDRILL_SOURCE_DIR "/" + GetParam().scenario, "-n", ns, "--evidence", evidence};
  // A slow machine is no reason for another verdict: what is compared is not how fast it is.
  if (GetParam().rto_limited) command.insert(command.end(), {"--var", "rto=240s"});
  CommandResult const result = cluster_.pgdrill(command);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << result.out << result.err;
  json::value const verdict =
      parse_json(read_file(evidence + "/verdict.json").value_or(""), "verdict.json").value_or(nullptr);
  EXPECT_EQ(get_string(verdict, "decision"), GetParam().decision);
  if (!GetParam().objective.empty()) EXPECT_EQ(status_of(verdict, GetParam().objective), "missed");
  EXPECT_EQ(leftovers(cluster_, ns), "");
}

std::vector<ExpectedVerdict> expected(std::vector<std::string> const& names) {
  std::vector<ExpectedVerdict> const all = expected_verdicts();
  std::vector<ExpectedVerdict> chosen;
  for (std::string const& name : names) {
    chosen.push_back(
        *std::find_if(all.begin(), all.end(), [&](ExpectedVerdict const& one) { return one.name == name; }));
  }
  return chosen;
}

}  // namespace pgdrill::test
