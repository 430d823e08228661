#include "harness/faults/pods.hpp"

#include <gmock/gmock.h>

namespace pgdrill::faults {
namespace {

using testing::ElementsAre;
using testing::Field;

json::value pod(std::string const& name, std::string const& uid, std::string const& phase,
                bool ending = false) {
  json::object metadata{{"name", name}, {"uid", uid}};
  if (ending) metadata["deletionTimestamp"] = "2026-11-24T03:02:13Z";
  return json::object{{"metadata", std::move(metadata)}, {"status", {{"phase", phase}}}};
}

TEST(Pods, OnlyThoseThatRunAndAreNotEndingCanBeHit) {
  EXPECT_THAT(running_pods({pod("b", "2", "Running"), pod("done", "3", "Succeeded"),
                            pod("going", "4", "Running", true), pod("a", "1", "Running"),
                            pod("coming", "5", "Pending")}),
              ElementsAre(Field(&ChosenPod::name, "a"), Field(&ChosenPod::name, "b")));
}

TEST(Pods, AnotherPodOfTheSameNameMeansTheFirstIsGone) {
  json::value const same = pod("a", "1", "Running");
  json::value const other = pod("a", "2", "Running");
  EXPECT_EQ(fate_of(&same, "1"), PodFate::lives);
  EXPECT_EQ(fate_of(&other, "1"), PodFate::gone);
  EXPECT_EQ(fate_of(nullptr, "1"), PodFate::gone);
}

TEST(Pods, OneThatHadDoneItsWorkWasNotKilled) {
  json::value const done = pod("a", "1", "Succeeded");
  EXPECT_EQ(fate_of(&done, "1"), PodFate::ended_by_itself);
}

TEST(Faults, EachDeclaresWitnessEffectAndUndo) {
  ASSERT_FALSE(engine::faults().empty());
  for (auto const& entry : engine::faults()) {
    scenario::Declaration const& fault = entry.declaration;
    EXPECT_FALSE(fault.witness.empty()) << fault.name;
    EXPECT_FALSE(fault.effect.empty()) << fault.name;
    EXPECT_FALSE(fault.undo.empty()) << fault.name;
    EXPECT_FALSE(fault.permissions.empty()) << fault.name;
    for (auto const& parameter : fault.parameters) EXPECT_FALSE(parameter.help.empty()) << parameter.name;
  }
}

}  // namespace
}  // namespace pgdrill::faults
