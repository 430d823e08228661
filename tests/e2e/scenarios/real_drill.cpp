#include "tests/e2e/scenarios/real_drill.hpp"

#include <fmt/format.h>

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

/// What the run came to and why, in a few lines before the whole of what it printed: a CI that shows a failed
/// test's beginning shows the cause.
std::string conclusion(json::value const& verdict, CommandResult const& result) {
  std::string text = fmt::format("decision: {}\n", get_string(verdict, "decision"));
  if (json::value const* const reasons = find(verdict, "reasons"); reasons != nullptr) {
    for (json::value const& reason : reasons->as_array())
      text += fmt::format("because {}\n", reason.as_string().c_str());
  }
  return text + result.err + result.out;
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
  json::value const verdict =
      parse_json(read_file(evidence + "/verdict.json").value_or(""), "verdict.json").value_or(nullptr);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << conclusion(verdict, result);
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
