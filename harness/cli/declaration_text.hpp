// A declaration of a step, fault, probe, trigger or report as documentation.
#pragma once
#include <string>

#include "harness/base/json.hpp"
#include "harness/scenario/catalogue.hpp"

namespace pgdrill::cli {

/// `sort` is "steps", "faults", "probes", "triggers" or "reports".
[[nodiscard]] std::string declaration_text(std::string const& sort, scenario::Declaration const& one);
[[nodiscard]] json::object declaration_json(scenario::Declaration const& one);

}  // namespace pgdrill::cli
