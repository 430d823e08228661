// Names that nobody has are told before the first step, whichever part of the scenario gives them.
#include "harness/engine/named_objects.hpp"

#include <gmock/gmock.h>

#include "tests/unit/engine/drill.hpp"

namespace pgdrill::engine {
namespace {

using scenario::ParameterType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Pass final : public Step {
 public:
  Task<Result<StepOutcome>> run(RunContext&, scenario::StepSpec const&) override { co_return StepOutcome{}; }
};

class Always final : public Trigger {
 public:
  bool holds(scenario::TriggerSpec const&, json::value const&) override { return true; }
  Task<Result<>> feed(RunContext&, scenario::TriggerSpec const&, Look look) override {
    look(nullptr);
    co_return Result<>();
  }
};

class NamedObjects : public Drill {
 protected:
  NamedObjects() {
    scenario::Declaration pass{.name = "pass", .summary = "reads nothing"};
    scenario::Declaration cut{.name = "cut",
                              .summary = "reads a Service",
                              .parameters = {{"service", ParameterType::text, false, "", ""}},
                              .permissions = {{"", {"services"}, {"get", "patch"}}}};
    scenario::Declaration write{.name = "write",
                                .summary = "reads a Secret",
                                .parameters = {{"secret", ParameterType::text, false, "", ""}},
                                .permissions = {{"", {"secrets"}, {"get"}}}};
    scenario::Declaration search{.name = "search",
                                 .summary = "finds its Secret in the cluster",
                                 .permissions = {{"", {"secrets"}, {"get", "create", "delete"}}}};
    for (scenario::Declaration const& one : {pass, cut, write, search})
      catalogue_.steps.push_back(entry_of<Pass, Step>(one));
    catalogue_.triggers = {entry_of<Always, Trigger>(
        {.name = "asked", .summary = "reads both", .permissions = {{"", {"secrets", "services"}, {"get"}}}})};
    put(kube::cluster_type, "orders");
  }
  void put(kube::ResourceType const& type, std::string const& name) {
    client_->put({type, "develop", name}, {{"metadata", {{"name", name}}}});
  }
  /// The objects of a scenario, with who needs them.
  std::vector<std::string> objects(std::string const& sections) {
    std::vector<std::string> all;
    for (NamedObject const& one : named_objects(settings(sections).scenario, catalogue_.declarations()))
      all.push_back(one.ref.text() + " by " + one.user);
    return all;
  }
};

TEST_F(NamedObjects, AreThoseThatDeclaredRightsRead) {
  EXPECT_THAT(objects("steps: [pass, search]\n"), IsEmpty());
  EXPECT_THAT(objects("steps: [pass, cut, write, {cut: {service: other}}, {write: {secret: mine}}]\n"),
              ElementsAre("Service develop/orders-rw by step cut", "Secret develop/orders-app by step write",
                          "Service develop/other by step cut-2", "Secret develop/mine by step write-2"));
  EXPECT_THAT(objects("steps: [{pass: {}, when: {asked: {}}}]\n"),
              ElementsAre("Service develop/orders-rw by condition asked",
                          "Secret develop/orders-app by condition asked"));
}

TEST_F(NamedObjects, AreToldAllAtOnceBeforeTheFirstStep) {
  put(kube::service_type, "orders-db");
  RunEnd const end = run("steps: [pass, {cut: {service: nobody}}, {write: {secret: none}}]\n");
  ASSERT_TRUE(end.error.has_value());
  EXPECT_THAT(end.error->what, HasSubstr("Service develop/nobody, Secret develop/none"));
  EXPECT_THAT(end.error->why, HasSubstr("step cut, step write"));
  EXPECT_THAT(end.error->todo, HasSubstr("the namespace has the Services orders-db"));
  EXPECT_THAT(events("step-started"), IsEmpty());
}

TEST_F(NamedObjects, OfAClusterThatIsStillToBeMadeMayComeWithIt) {
  EXPECT_EQ(run("steps: [cut]\n").status, "error") << "the Cluster is there, so its Service should be";
  client_ = std::make_shared<FakeClient>();
  allow_faults(*client_);
  EXPECT_EQ(run("steps: [cut]\n").status, "completed");
}

TEST_F(NamedObjects, ThatMayNotBeReadAreLeftToWhoeverReadsThem) {
  client_->intercept = [](std::string const& call) -> std::optional<Error> {
    if (call != "get Service develop/other") return std::nullopt;
    return Error{.kind = ErrorKind::refused, .what = "forbidden"};
  };
  EXPECT_EQ(run("steps: [{cut: {service: other}}]\n").status, "completed");
}

}  // namespace
}  // namespace pgdrill::engine
