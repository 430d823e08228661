// The timeline of a run as an SVG element: steps, marks, what each probe saw, and the outage shaded.
#pragma once
#include <string>

#include "reports/verdict.hpp"

namespace pgdrill::reports {

[[nodiscard]] std::string timeline_svg(Run const& run, Verdict const& verdict);

}  // namespace pgdrill::reports
