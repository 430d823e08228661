// What a history of this length and noise can show at all.
#pragma once
#include <optional>
#include <string>

#include "reports/statistics/gate_rule.hpp"

namespace pgdrill::statistics {

/// The smallest ratio that the rule finds in 80 of 100 cases, when runs scatter log-normally with this
/// standard deviation of their logarithms, by a seeded simulation of the rule itself (so the same history
/// always gives the same answer). Empty when even a threefold time is not found so often. `pairs` 0: the
/// fresh design.
[[nodiscard]] std::optional<double> smallest_shift(std::size_t history, double deviation, std::size_t pairs,
                                                   RuleSettings const& settings);

}  // namespace pgdrill::statistics
