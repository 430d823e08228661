#include "reports/gaps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgdrill::reports {

namespace {

using Gaps = std::vector<std::string>;

void find_lost_lines(Run const& run, Gaps& gaps) {
  if (run.missing_events > 0)
    gaps.push_back(fmt::format("{} events of the journal are missing", run.missing_events));
  if (run.repeated_events > 0)
    gaps.push_back(fmt::format("{} events of the journal come twice or out of order", run.repeated_events));
}

bool is_block(StepRecord const& step) { return step.kind == "sequence" || step.kind == "parallel"; }

void find_undone_steps(Run const& run, Gaps& gaps) {
  for (StepRecord const& step : run.steps) {
    bool const told = step.status == "ok" || step.status == "failed" || step.status == "error";
    if (!step.fault && !is_block(step) && !told)
      gaps.push_back(fmt::format("step {} was planned and is {}", step.id, step.status));
  }
}

void find_unmade_checks(Run const& run, Gaps& gaps) {
  for (PlannedCheck const& planned : run.planned_checks) {
    bool const made = std::any_of(run.checks.begin(), run.checks.end(), [&](Check const& check) {
      return check.name == planned.name && check.step == planned.step;
    });
    if (!made) gaps.push_back(fmt::format("check {} was planned and not made", planned.name));
  }
}

void find_unwitnessed_effects(Run const& run, Gaps& gaps) {
  for (StepRecord const& step : run.steps) {
    bool const acted = step.fault ? !run.placebo : step.effect;
    bool const witnessed = std::any_of(run.witnesses.begin(), run.witnesses.end(),
                                       [&](Witness const& witness) { return witness.subject == step.id; });
    if (acted && step.status == "ok" && !witnessed)
      gaps.push_back(fmt::format("the effect of step {} has no witness", step.id));
  }
}

/// What a client sees is the RTO: of one that never asked nothing is known.
void find_silent_probes(Run const& run, Gaps& gaps) {
  for (ProbeRecord const& probe : run.probes) {
    bool const asked = std::any_of(run.series.begin(), run.series.end(), [&](Series const& series) {
      return series.probe == probe.name && !series.samples.empty();
    });
    if (probe.counts_for_rto && !asked)
      gaps.push_back(fmt::format("probe {} counts for the RTO and has no sample", probe.name));
  }
}

/// The recovery that the others saw is none of a client that nobody has heard of since.
void find_probes_that_fell_silent(Run const& run, Rto const& rto, Gaps& gaps) {
  for (Series const& series : run.series) {
    if (std::optional<Nanoseconds> const since = silent_since(run, series, rto))
      gaps.push_back(
          fmt::format("probe {} counts for the RTO and fell silent {:.3f} s into the run ({}): whether it "
                      "recovered is not known",
                      series.probe, static_cast<double>(*since) / 1e9, series.sample_class));
  }
}

}  // namespace

std::vector<std::string> gaps_of(Run const& run, Rto const& rto) {
  Gaps gaps;
  if (run.status != "completed") return gaps;
  for (auto const& find : {&find_lost_lines, &find_undone_steps, &find_unmade_checks,
                           &find_unwitnessed_effects, &find_silent_probes})
    find(run, gaps);
  find_probes_that_fell_silent(run, rto, gaps);
  return gaps;
}

}  // namespace pgdrill::reports
