#include "reports/outage.hpp"

#include <algorithm>
#include <array>

namespace pgdrill::reports {

namespace {

bool counts(Run const& run, Series const& series) {
  return std::any_of(run.probes.begin(), run.probes.end(), [&](ProbeRecord const& probe) {
    return probe.counts_for_rto && probe.name == series.probe;
  });
}

void extend(Outage& outage, Sample const& sample) {
  if (sample.status == Sample::Status::wrong) {
    ++outage.wrong;
  } else {
    ++outage.failed;
  }
}

/// The mark that closes each phase, in the order of a rollback.
struct PhaseEnd {
  std::string_view mark;
  std::string_view phase;
};
constexpr std::array<PhaseEnd, 12> phase_ends{{{"detected", "detect"},
                                               {"decided", "decide"},
                                               {"revert-applied", "revert"},
                                               {"restore-requested", "request"},
                                               {"recovery-started", "schedule"},
                                               {"base-restored", "restore"},
                                               {"replay-stopped", "replay"},
                                               {"promoted", "promote"},
                                               {"cluster-ready", "ready"},
                                               {"cut-over", "cut-over"},
                                               {"reconnected", "reconnect"},
                                               {"verified", "verify"}}};

}  // namespace

std::vector<Outage> outages_of(Series const& series, Nanoseconds until) {
  std::vector<Outage> outages;
  Sample const* last_right = nullptr;
  bool down = false;
  for (Sample const& sample : series.samples) {
    if (until >= 0 && sample.started > until) break;
    if (sample.status == Sample::Status::right) {
      if (down) outages.back().to = sample.ended;
      down = false;
      last_right = &sample;
      continue;
    }
    if (!down) {
      outages.push_back({.probe = series.probe,
                         .sample_class = series.sample_class,
                         .from = sample.scheduled,
                         .resolution = last_right == nullptr ? 0 : sample.scheduled - last_right->scheduled,
                         .why = sample.why});
      down = true;
    }
    extend(outages.back(), sample);
  }
  return outages;
}

Rto measure_rto(Run const& run) {
  Rto rto;
  bool any_sample = false;
  bool recovered = true;
  for (Series const& series : run.series) {
    if (!counts(run, series)) continue;
    any_sample = any_sample || !series.samples.empty();
    std::vector<Outage> const outages = outages_of(series, run.undo_started);
    if (outages.empty()) continue;
    if (!rto.measured || outages.front().from < rto.from) {
      rto.from = outages.front().from;
      rto.resolution = outages.front().resolution;
    }
    rto.measured = true;
    if (!outages.back().to) {
      recovered = false;
    } else {
      rto.to = std::max(rto.to.value_or(0), *outages.back().to);
    }
  }
  if (!rto.measured) {
    rto.why_not = any_sample ? "no failed or wrong answer was seen: there was no outage to recover from"
                             : "no probe that counts for the RTO has a completed sample";
  }
  if (!recovered) rto.to.reset();
  return rto;
}

std::vector<Phase> phases_of(Run const& run) {
  std::vector<Phase> phases;
  Mark const* const damage = run.mark("damage-done");
  if (damage == nullptr) return phases;
  Nanoseconds from = damage->t;
  for (PhaseEnd const& end : phase_ends) {
    Mark const* const mark = run.mark(end.mark);
    if (mark == nullptr || mark->t < from) continue;
    phases.push_back({.name = std::string(end.phase), .from = from, .to = mark->t});
    from = mark->t;
  }
  return phases;
}

}  // namespace pgdrill::reports
