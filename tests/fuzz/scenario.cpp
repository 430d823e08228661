#include "harness/scenario/scenario.hpp"

#include "harness/scenario/catalogue.hpp"
#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(scenario) {
  using namespace pgdrill::scenario;
  static Catalogue const catalogue{
      .steps = {{.name = "wait",
                 .summary = "waits",
                 .parameters = {{.name = "for", .type = ParameterType::duration},
                                {.name = "times", .type = ParameterType::integer},
                                {.name = "names", .type = ParameterType::text_list}}}},
      .faults = {{.name = "fence", .summary = "fences", .lasting = true},
                 {.name = "pod-kill", .summary = "kills", .phase = "recovery"}},
      .probes = {{.name = "heartbeat", .summary = "writes and reads"}},
      .triggers = {{.name = "after",
                    .summary = "time",
                    .parameters = {{.name = "for", .type = ParameterType::duration, .required = true}}}}};
  ParseOptions options;
  // Each included file is the input itself: it includes itself, and whatever it is as a fragment.
  options.load = [&input](std::filesystem::path const&) -> pgdrill::Result<std::string> {
    return std::string(input);
  };
  ParseOutcome const outcome = parse_text(input, "scenario.yaml", catalogue, options);
  bool const rendered = !render_problems(outcome.problems, outcome.sources).empty();
  pgdrill::fuzz::require(rendered == !outcome.problems.empty(), "every problem is told");
  if (!outcome.problems.empty()) return;
  pgdrill::fuzz::require(!all_items(outcome.scenario).empty(), "a valid scenario has steps");
  for (StepSpec const* const item : all_items(outcome.scenario)) {
    pgdrill::fuzz::require(item->timeout > pgdrill::Duration::zero(), "each item has a time-out");
  }
}
