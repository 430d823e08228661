#include "harness/engine/dose.hpp"

#include "harness/base/time.hpp"

namespace pgdrill::engine {

namespace {

std::string seconds(std::int64_t nanoseconds) { return format_seconds(Duration(nanoseconds)); }

}  // namespace

std::optional<Span> span_of(scenario::Phase const& phase, MarkTimes const& marks) {
  auto const begin = marks.find(phase.begins_with);
  if (begin == marks.end()) return {};
  Span span{.from = begin->second};
  auto const end = marks.find(phase.ends_with);
  if (end != marks.end() && end->second >= span.from) span.to = end->second;
  return span;
}

Dose dose_of(Span effect, bool lasting, std::optional<Span> phase) {
  if (!phase) return {.overlaps = false, .observed = "the phase did not begin"};
  if (phase->to && *phase->to < effect.from) {
    return {.overlaps = false,
            .observed = "the phase ended " + seconds(effect.from - *phase->to) + " before the effect began"};
  }
  bool const began_before = effect.from < phase->from;
  if (lasting) {
    if (effect.to && *effect.to < phase->from) {
      return {
          .overlaps = false,
          .observed = "the effect ended " + seconds(phase->from - *effect.to) + " before the phase began"};
    }
    return {.overlaps = true,
            .observed = began_before ? "it lasted when the phase began"
                                     : "it began " + seconds(effect.from - phase->from) + " into the phase"};
  }
  if (began_before) {
    return {.overlaps = false,
            .observed = "the effect began " + seconds(phase->from - effect.from) + " before the phase"};
  }
  if (phase->to && effect.to && *phase->to < *effect.to) {
    return {.overlaps = false,
            .observed = "the phase ended " + seconds(*phase->to - effect.from) +
                        " after the blow, before its effect was seen"};
  }
  return {.overlaps = true, .observed = "it began " + seconds(effect.from - phase->from) + " into the phase"};
}

}  // namespace pgdrill::engine
