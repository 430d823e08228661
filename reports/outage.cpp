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

bool tells_of_time_before(Sample const& sample, Nanoseconds until) {
  if (until < 0) return true;
  return sample.started <= until && (sample.status == Sample::Status::right || sample.ended <= until);
}

std::vector<Outage> outages_of(Series const& series, Nanoseconds until) {
  std::vector<Outage> outages;
  Sample const* last_right = nullptr;
  bool down = false;
  for (Sample const& sample : series.samples) {
    if (!tells_of_time_before(sample, until)) continue;
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

namespace {

/// When the rollback began: the damage or the fall, whichever came first; empty when neither was seen.
std::optional<Nanoseconds> beginning(Run const& run, Rto const& rto) {
  Mark const* const damage = run.mark("damage-done");
  if (damage == nullptr) return rto.measured ? std::optional(rto.from) : std::nullopt;
  return rto.measured ? std::min(damage->t, rto.from) : damage->t;
}

}  // namespace

Rto measure_rto(Run const& run) {
  Rto rto;
  bool any_sample = false;
  bool recovered = true;
  for (Series const& series : run.series) {
    bool const counted = counts(run, series);
    std::vector<Outage> const outages = outages_of(series, run.undo_started);
    if (!outages.empty()) {
      rto.classes.push_back({.probe = series.probe,
                             .sample_class = series.sample_class,
                             .counts = counted,
                             .from = outages.front().from,
                             .to = outages.back().to,
                             .resolution = outages.front().resolution});
    }
    if (!counted) continue;
    any_sample = any_sample || !series.samples.empty();
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
  if (rto.to && *rto.to < rto.from) {
    rto.measured = false;
    rto.to.reset();
    rto.why_not = "the samples contradict each other: the answers were right again before they were wrong";
  }
  return rto;
}

namespace {

/// The moment that every client must have outlived; empty when nothing was rolled back.
std::optional<Nanoseconds> end_of_rollback(Run const& run, Rto const& rto) {
  if (rto.measured) return rto.to;
  std::vector<Phase> const phases = phases_of(run, rto);
  return phases.empty() ? std::nullopt : std::optional(phases.back().to);
}

}  // namespace

std::optional<Nanoseconds> silent_since(Run const& run, Series const& series, Rto const& rto) {
  std::optional<Nanoseconds> const recovered = end_of_rollback(run, rto);
  if (!recovered || !counts(run, series)) return std::nullopt;
  Nanoseconds last_scheduled = -1;
  Nanoseconds last_ended = -1;
  Nanoseconds longest_pause = 0;
  Nanoseconds longest_answer = 0;
  for (Sample const& sample : series.samples) {
    if (!tells_of_time_before(sample, run.undo_started)) continue;
    if (last_scheduled >= 0) longest_pause = std::max(longest_pause, sample.scheduled - last_scheduled);
    last_scheduled = sample.scheduled;
    last_ended = std::max(last_ended, sample.ended);
    longest_answer = std::max(longest_answer, sample.ended - sample.scheduled);
  }
  if (last_ended < 0 || last_ended >= *recovered) return std::nullopt;
  Nanoseconds const end = run.undo_started >= 0 ? run.undo_started : run.ended;
  // The next call may be under way when the run ends: two have to be missing.
  return end - last_scheduled > 2 * longest_pause + longest_answer ? std::optional(last_ended) : std::nullopt;
}

bool ends_phase(std::string_view mark) {
  return std::ranges::find(phase_ends, mark, &PhaseEnd::mark) != phase_ends.end();
}

Nanoseconds part_between(Phase const& phase, Nanoseconds from, Nanoseconds to) {
  return std::max<Nanoseconds>(0, std::min(phase.to, to) - std::max(phase.from, from));
}

std::vector<Phase> phases_of(Run const& run, Rto const& rto) {
  std::vector<Phase> phases;
  std::optional<Nanoseconds> const begin = beginning(run, rto);
  if (!begin) return phases;
  Nanoseconds from = *begin;
  for (PhaseEnd const& end : phase_ends) {
    Mark const* const mark = run.mark(end.mark);
    if (mark == nullptr || mark->t < from) continue;
    phases.push_back({.name = std::string(end.phase), .from = from, .to = mark->t, .mark = mark->name});
    from = mark->t;
  }
  if (!rto.measured || !rto.to) return phases;
  if (*rto.to > from) phases.push_back({.name = "settle", .from = from, .to = *rto.to});
  for (Phase& phase : phases) phase.in_rto = part_between(phase, rto.from, *rto.to);
  return phases;
}

}  // namespace pgdrill::reports
