// Two runs beside each other: decision, objectives and where the time went. Two runs tell no regression; the
// gate does.
#pragma once
#include <string>

#include "reports/run_summary.hpp"

namespace pgdrill::reports {

[[nodiscard]] std::string comparison_text(RunSummary const& a, RunSummary const& b);
[[nodiscard]] std::string comparison_json(RunSummary const& a, RunSummary const& b);

}  // namespace pgdrill::reports
