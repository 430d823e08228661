// A step that changes something owes a witness; the journal says so before it begins.
#include <gmock/gmock.h>

#include "tests/unit/engine/drill.hpp"

namespace pgdrill::engine {
namespace {

/// Changes something when its parameter says so.
class Change final : public Step {
 public:
  static scenario::Declaration describe(std::string const& name, std::string const& effect) {
    return {.name = name,
            .summary = "changes",
            .parameters = {{"acts", scenario::ParameterType::boolean, false, "true", ""}},
            .effect = effect};
  }
  Task<Result<StepOutcome>> run(RunContext& context, scenario::StepSpec const& spec) override {
    context.witness(spec.id, {.seen = true, .channel = "test", .expected = "a", .observed = "b"}, "c");
    co_return StepOutcome{};
  }
  bool always_acts(scenario::StepSpec const& spec) const override { return spec.parameters.boolean("acts"); }
};

class StepWitness : public Drill {};

TEST_F(StepWitness, IsOwedByWhatAlwaysActs) {
  catalogue_.steps = {entry_of<Change, Step>(Change::describe("change", "changes something")),
                      entry_of<Change, Step>(Change::describe("read", ""))};
  run("steps: [read, change, {change: {acts: false}}]\n");
  std::vector<bool> owed;
  json::value const started = events("run-started").at(0);
  for (json::value const& step : started.at("steps").as_array()) owed.push_back(get_bool(step, "effect"));
  EXPECT_THAT(owed, testing::ElementsAre(false, true, false));
}

TEST_F(StepWitness, IsWrittenWithAllThatItSays) {
  catalogue_.steps = {entry_of<Change, Step>(Change::describe("change", "changes something"))};
  run("steps: [change]\n");
  json::value const event = events("witness").at(0);
  for (auto const& [key, value] : {std::pair{"subject", "change"},
                                   {"status", "seen"},
                                   {"channel", "test"},
                                   {"expected", "a"},
                                   {"observed", "b"},
                                   {"detail", "c"}})
    EXPECT_EQ(get_string(event, key), value);
}

}  // namespace
}  // namespace pgdrill::engine
