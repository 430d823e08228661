#include "harness/engine/dose.hpp"

#include <algorithm>

#include "harness/base/time.hpp"

namespace pgdrill::engine {

namespace {

std::string seconds(std::int64_t nanoseconds) { return format_seconds(Duration(nanoseconds)); }

/// Held against one of the times that the phase was.
Dose dose_in(Span effect, bool lasting, Span phase) {
  if (phase.to && *phase.to < effect.from) {
    return {.overlaps = false,
            .observed = "the phase ended " + seconds(effect.from - *phase.to) + " before the effect began"};
  }
  bool const began_before = effect.from < phase.from;
  if (lasting) {
    if (effect.to && *effect.to < phase.from) {
      return {.overlaps = false,
              .observed = "the effect ended " + seconds(phase.from - *effect.to) + " before the phase began"};
    }
    return {.overlaps = true,
            .observed = began_before ? "it lasted when the phase began"
                                     : "it began " + seconds(effect.from - phase.from) + " into the phase"};
  }
  if (began_before) {
    return {.overlaps = false,
            .observed = "the effect began " + seconds(phase.from - effect.from) + " before the phase"};
  }
  if (phase.to && effect.to && *phase.to < *effect.to) {
    return {.overlaps = false,
            .observed = "the phase ended " + seconds(*phase.to - effect.from) +
                        " after the blow, before its effect was seen"};
  }
  return {.overlaps = true, .observed = "it began " + seconds(effect.from - phase.from) + " into the phase"};
}

}  // namespace

std::vector<Span> spans_of(scenario::Phase const& phase, MarkTimes const& marks) {
  auto const times_of = [&](std::string const& mark) {
    auto const found = marks.find(mark);
    return found == marks.end() ? std::vector<std::int64_t>() : found->second;
  };
  std::vector<std::int64_t> const begins = times_of(phase.begins_with);
  std::vector<std::int64_t> const ends = times_of(phase.ends_with);
  std::vector<Span> spans;
  for (std::int64_t const from : begins) {
    if (!spans.empty() && spans.back().to.value_or(from) >= from) continue;
    Span span{.from = from};
    auto const end = std::lower_bound(ends.begin(), ends.end(), from);
    if (end != ends.end()) span.to = *end;
    spans.push_back(span);
  }
  return spans;
}

Dose dose_of(Span effect, bool lasting, std::vector<Span> const& phases) {
  Dose dose{.overlaps = false, .observed = "the phase did not begin"};
  for (Span const& phase : phases) {
    // What is told of a miss is how far the last phase before the effect lay from it, or the first after it.
    bool const first_or_before = &phase == &phases.front() || phase.from <= effect.from;
    Dose const here = dose_in(effect, lasting, phase);
    if (here.overlaps) return here;
    if (first_or_before) dose = here;
  }
  return dose;
}

}  // namespace pgdrill::engine
