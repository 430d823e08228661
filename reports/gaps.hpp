// What a journal that came to its end lacks of its own plan. A report claims no more than its journal proves:
// what was to be there and is not makes the run inconclusive, never good.
#pragma once
#include <string>
#include <vector>

#include "reports/outage.hpp"

namespace pgdrill::reports {

/// One sentence for each gap; empty for a whole journal, and for one that did not complete (that is told
/// anyway).
[[nodiscard]] std::vector<std::string> gaps_of(Run const& run, Rto const& rto);

}  // namespace pgdrill::reports
