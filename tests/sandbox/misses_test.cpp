// A fault that misses what it is aimed at, or comes when its phase is over, never passes: whichever fault it
// is.
#include "harness/engine/registry.hpp"
#include "tests/sandbox/drill_fixture.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// One use of each fault that there is.
struct Aim {
  char const* wrong;  ///< nothing is there to be hit; empty: it hits whatever is named, which must be there
  char const* right;  ///< hits; empty for one that needs a step beside it
};

std::map<std::string, Aim> const aims{
    {"pod-kill", {"{selector: app=nobody}", "{role: replica}"}},
    {"fence", {"{cluster: nobody}", "{role: replica}"}},
    {"service-cut", {"", "{}"}},
    {"recovery-pod-kill", {"{}", ""}},
    {"statement-kill", {"{file: migration.sql, number: 1}", ""}},
    {"store-credentials", {"{cluster: nobody}", "{}"}},
    {"terminate-connections", {"", "{}"}},
};

class Misses : public DrillTest {
 protected:
  void expect_inconclusive(std::string const& fault, std::string const& sections) {
    std::filesystem::remove_all(evidence());
    std::ofstream(directory_.path() / "migration.sql") << "SELECT 'nobody runs this';\n";
    CommandResult const result = run(sections);
    EXPECT_EQ(result.exit_code, 4) << fault << "\n" << result.out << result.err;
    EXPECT_THAT(result.out + result.err, HasSubstr("witness")) << fault;
    bool missing = false;
    for (json::value const& witness : events("witness")) {
      missing = missing || get_string(witness, "status") == "missing";
    }
    EXPECT_TRUE(missing) << fault;
  }
};

TEST_F(Misses, EveryFaultIsTried) {
  for (auto const& entry : engine::faults())
    EXPECT_TRUE(aims.contains(entry.declaration.name)) << entry.declaration.name;
}

TEST_F(Misses, NothingThereToBeHit) {
  for (auto const& [fault, aim] : aims) {
    if (std::string_view(aim.wrong).empty()) continue;
    expect_inconclusive(fault, "steps:\n  - " + fault + ": " + aim.wrong + "\n    timeout: 20s\n");
  }
  expect_inconclusive("pod-kill of a cluster", "steps:\n  - pod-kill: {cluster: nobody}\n");
  EXPECT_THAT(traces(), IsEmpty());
}

/// Whoever names it, and at whatever time: the same exit code, before anything is broken.
TEST_F(Misses, ANameThatNobodyHasIsToldAtOnce) {
  std::string const mark = "steps:\n  - mark: {name: m}\n";
  std::map<std::string, std::string> const uses{
      {"Service develop/nobody",
       "steps:\n  - mark: {name: m}\n  - service-cut: {service: nobody}\n    when: {after: 1h}\n"},
      {"Service develop/absent", "steps:\n  - terminate-connections: {service: absent}\n"},
      {"Service develop/away", "probes:\n  - heartbeat: {service: away}\n" + mark},
      {"Secret develop/none", "probes:\n  - heartbeat: {secret: none}\n" + mark},
  };
  for (auto const& [object, sections] : uses) {
    std::filesystem::remove_all(evidence());
    CommandResult const result = run(sections);
    EXPECT_EQ(result.exit_code, 3) << object << "\n" << result.out << result.err;
    EXPECT_THAT(result.out, HasSubstr("the scenario names what is not there: " + object));
    EXPECT_THAT(events("step-started"), IsEmpty()) << object;
  }
  EXPECT_THAT(traces(), IsEmpty());
}

/// It hits, and its witness is seen; but what it had to disturb was over by then.
TEST_F(Misses, ThePhaseWasOver) {
  for (auto const& [fault, aim] : aims) {
    if (std::string_view(aim.right).empty()) continue;
    expect_inconclusive(
        fault,
        "probes:\n  - heartbeat: {every: 100ms}\nsteps:\n  - mark: {name: restore-requested}\n"
        "    id: begin\n  - mark: {name: cluster-ready}\n    id: end\n  - " +
            fault + ": " + aim.right + "\n    timeout: 30s\n    overlap: recovery\n");
  }
  EXPECT_TRUE(sandbox_->healthy());
  EXPECT_THAT(traces(), IsEmpty());
}

TEST_F(Misses, ThePhaseNeverCame) {
  expect_inconclusive("pod-kill",
                      "steps:\n  - pod-kill: {role: replica}\n    timeout: 30s\n    overlap: replay\n");
  EXPECT_TRUE(sandbox_->healthy());
}

}  // namespace
}  // namespace pgdrill::test
