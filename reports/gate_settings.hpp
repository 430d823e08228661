// What a run is held against by `pgdrill gate`, as its scenario says and the journal carries it; what is
// empty has the gate's default. The command line says the same, and goes before.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::reports {

struct GateSettings {
  std::vector<std::string> metrics = {};      ///< that gate, up to three; default: rto
  std::map<std::string, double> limits = {};  ///< hard limits in seconds, beside the objectives
  std::optional<double> minimum_change = {};  ///< percent; default 15
  std::optional<double> floor = {};           ///< seconds that a change must have to count; default 2
  std::optional<std::size_t> window = {};     ///< the newest comparable runs that count; default 20
  std::optional<bool> require_history = {};   ///< too little history fails
  std::string branch = {};                    ///< only history of this branch; empty: of all
  std::string tag = {};                       ///< only history of this tag

  [[nodiscard]] bool empty() const;
};

/// From the journal's `run-started`; what has another type than it should is left out.
[[nodiscard]] GateSettings gate_settings_of(json::object const& run_started);
/// `first` where it says something, `then` where it does not; limits of both.
[[nodiscard]] GateSettings merged(GateSettings first, GateSettings const& then);
/// Only what is set; times in seconds.
[[nodiscard]] json::object to_json(GateSettings const& settings);

}  // namespace pgdrill::reports
