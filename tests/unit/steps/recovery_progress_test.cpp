// What follow_recovery makes of recovery pods that fail: a Job replaces them, and some causes pass.
#include "harness/steps/recovery_progress.hpp"

#include <gmock/gmock.h>

#include "harness/engine/registry.hpp"
#include "tests/unit/engine/drill.hpp"

namespace pgdrill::steps {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class FollowStep final : public engine::Step {
 public:
  static scenario::Declaration describe() { return {.name = "follow", .summary = "follows a recovery"}; }
  Task<Result<engine::StepOutcome>> run(engine::RunContext& context,
                                        scenario::StepSpec const& spec) override {
    CO_TRY_VOID(co_await follow_recovery(context, spec.id, "restored", TimeLeft(spec.timeout)));
    co_return engine::StepOutcome{.passed = true};
  }
};

class RecoveryProgress : public engine::Drill {
 protected:
  RecoveryProgress() {
    catalogue_.steps.push_back(engine::entry_of<FollowStep, engine::Step>(FollowStep::describe()));
    client_->log_lines = [this](std::string const& pod, std::string const& container) {
      return logs_[pod + "/" + container];
    };
  }
  void put_pod(std::string const& name, std::string const& phase, bool plugin = false) {
    json::object const labels{{"cnpg.io/cluster", "restored"}, {"cnpg.io/jobRole", "full-recovery"}};
    json::array containers;
    if (plugin) containers.push_back(json::object{{"name", "plugin-barman-cloud"}});
    json::object const ended{{"exitCode", 3},
                             {"reason", "Error"},
                             {"startedAt", "2026-11-24T03:02:13Z"},
                             {"finishedAt", "2026-11-24T03:02:43Z"}};
    json::object const status{{"name", "full-recovery"}, {"state", {{"terminated", ended}}}};
    client_->put({kube::pod_type, "develop", name},
                 {{"metadata", {{"name", name}, {"uid", name}, {"labels", labels}}},
                  {"spec", {{"initContainers", containers}}},
                  {"status", {{"phase", phase}, {"containerStatuses", json::array{status}}}}});
  }
  void says(std::string const& pod, std::string const& container, std::string const& error) {
    logs_[pod + "/" + container].push_back(
        json::serialize(json::object{{"level", "error"}, {"msg", "restore"}, {"error", error}}));
  }
  std::string error() { return json::serialize(events("step-finished").front()); }
  std::size_t failed_pods() {
    std::size_t count = 0;
    for (json::value const& mark : events("mark"))
      if (get_string(mark, "name") == "recovery-pod-failed") ++count;
    return count;
  }

  std::map<std::string, std::vector<std::string>> logs_;
};

TEST_F(RecoveryProgress, TellsTheClocksOfPodAndPostgresBesideTheMarks) {
  put_pod("restored-1", "Succeeded");
  json::object const record{{"log_time", "2026-11-24 03:02:43.360 UTC"},
                            {"error_severity", "LOG"},
                            {"message", "selected new timeline ID: 2"}};
  logs_["restored-1/full-recovery"].push_back(
      json::serialize(json::object{{"ts", "2026-11-24T03:02:43.363Z"}, {"record", record}}));
  run("steps: [follow]\n");
  std::vector<std::string> told;
  for (json::value const& clock : events("clock")) {
    EXPECT_EQ(get_string(clock, "clock"), "node");
    told.push_back(get_string(clock, "order") + " " + get_string(clock, "mark") + ": " +
                   get_string(clock, "at") + ", " + std::to_string(get_int(clock, "resolution_ns")));
  }
  EXPECT_THAT(told, testing::ElementsAre("same promoted: 2026-11-24T03:02:43.360Z, 1000000",
                                         "before recovery-started: 2026-11-24T03:02:13Z, 1000000000",
                                         "after promoted: 2026-11-24T03:02:43Z, 1000000000"));
}

class PassingCause : public RecoveryProgress, public testing::WithParamInterface<char const*> {};

TEST_P(PassingCause, LetsTheNextPodBeFollowed) {
  put_pod("restored-1", "Failed");
  says("restored-1", "full-recovery", GetParam());
  put_pod("restored-2", "Succeeded");
  run("steps: [follow]\n");
  EXPECT_EQ(status("follow"), "ok");
  EXPECT_EQ(failed_pods(), 1U);
}

INSTANTIATE_TEST_SUITE_P(RecoveryProgress, PassingCause,
                         testing::Values("something new", "Could not connect to the endpoint URL",
                                         "InvalidAccessKeyId"));

TEST_F(RecoveryProgress, EndsAtOnceWhenTheNextPodWouldFailAsWell) {
  put_pod("restored-1", "Failed");
  says("restored-1", "full-recovery", "recovery ended before configured recovery target was reached");
  put_pod("restored-2", "Succeeded");
  run("steps: [follow]\n");
  EXPECT_EQ(status("follow"), "error");
  EXPECT_THAT(error(), HasSubstr("target-not-reached"));
}

TEST_F(RecoveryProgress, NamesTheFirstFailureWhenNoPodComesFurther) {
  put_pod("restored-1", "Failed");
  run("steps:\n  - {follow: {}, timeout: 2s}\n");
  EXPECT_EQ(status("follow"), "error");
  EXPECT_THAT(error(), AllOf(HasSubstr("restored-1"), HasSubstr("full-recovery ended with exit code 3"),
                             HasSubstr("came no further")));
}

TEST_F(RecoveryProgress, ASidecarThatIsStoppedDoesNotHideTheCause) {
  put_pod("restored-1", "Failed", true);
  says("restored-1", "full-recovery", "something new");
  says("restored-1", "plugin-barman-cloud", "While terminating server");
  run("steps:\n  - {follow: {}, timeout: 2s}\n");
  EXPECT_THAT(error(), AllOf(HasSubstr("something new"), Not(HasSubstr("While terminating"))));
}

TEST_F(RecoveryProgress, ASidecarsCauseIsTheFailuresCause) {
  put_pod("restored-1", "Failed", true);
  says("restored-1", "full-recovery", "exit status 1");
  says("restored-1", "plugin-barman-cloud", "no target backup found");
  run("steps: [follow]\n");
  EXPECT_THAT(error(), HasSubstr("no-target-backup"));
}

}  // namespace
}  // namespace pgdrill::steps
