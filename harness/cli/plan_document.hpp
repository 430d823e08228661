// A scenario with every name resolved: what it does, what it may break, how that is undone, what it needs and
// how long it may take. All of it comes from the declarations of its steps, faults, conditions and probes.
#pragma once
#include <string>

#include "harness/base/json.hpp"
#include "harness/scenario/scenario.hpp"

namespace pgdrill::cli {

/// {scenario{name,title,file}, target{}, objectives[], gate{}?, probes[{name,kind,summary,effect?,undo?}],
///  steps[{id,kind,sort,title,timeout_ns,parameters{},when?,during[]?,items[]?,effect?,witness?,phase?,undo?}],
///  blast_radius[{by,effect,undo}], worst_case{steps_ns,undo_ns,total_ns}, role{}}
[[nodiscard]] json::object plan_document(scenario::Scenario const& scenario);
/// The same for people, with the Role as YAML.
[[nodiscard]] std::string plan_text(json::object const& plan);

}  // namespace pgdrill::cli
