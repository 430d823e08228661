// The dose check: did the effect of a fault fall into the phase that it was aimed at?
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/scenario/phases.hpp"

namespace pgdrill::engine {

/// Nanoseconds since the start of the run; without an end it is still going on.
struct Span {
  std::int64_t from = 0;
  std::optional<std::int64_t> to = {};
};

/// When each mark was written, each time, in order.
using MarkTimes = std::map<std::string, std::vector<std::int64_t>, std::less<>>;

/// Each time that a phase was, by the marks that bound it: a scenario may commit several migrations. What
/// begins again before its end goes on: a second pod recovers in place of one that was killed.
[[nodiscard]] std::vector<Span> spans_of(scenario::Phase const& phase, MarkTimes const& marks);

struct Dose {
  bool overlaps = false;
  std::string observed;  ///< "from 0.210 s into the phase until it was seen, 0.034 s later"
};

/// A lasting effect must share some time with the phase, any of the times that it was. A blow must begin and
/// be seen inside it: what is seen only after the phase's end may have hit what came after.
[[nodiscard]] Dose dose_of(Span effect, bool lasting, std::vector<Span> const& phases);

}  // namespace pgdrill::engine
