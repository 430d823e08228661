#include "harness/scenario/scenario.hpp"

#include "harness/scenario/catalogue.hpp"
#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(scenario) {
  using namespace pgdrill::scenario;
  static Catalogue const catalogue{
      .steps = {{.name = "wait",
                 .summary = "waits",
                 .parameters = {{.name = "for", .type = ParameterType::duration}}}},
      .faults = {},
      .probes = {{.name = "heartbeat", .summary = "writes and reads"}}};
  ParseOutcome const outcome = parse_text(input, "scenario.yaml", catalogue, {});
  bool const rendered = !render_problems(outcome.problems, input).empty();
  pgdrill::fuzz::require(rendered == !outcome.problems.empty(), "every problem is told");
}
