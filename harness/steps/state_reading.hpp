// The state of the data as a step reads it: gently, where its parameters say so.
#pragma once
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

struct StateReading {
  engine::LoadLimits limits = {};
  std::string replica = {};  ///< Service that content is read through while it answers; empty: the target's
  /// So long a replica may take until it has replayed what the target's service has committed.
  Duration catch_up = std::chrono::seconds(10);
};

/// A step's own parameters, and those of probes::load_parameters().
[[nodiscard]] std::vector<scenario::ParameterDeclaration> with_load_parameters(
    std::vector<scenario::ParameterDeclaration> own);

[[nodiscard]] StateReading state_reading(scenario::Parameters const& parameters, std::string const& cluster);

struct StateSnapshot {
  json::object content;
  std::string service;  ///< that it was read through
};

/// Of the database behind the target's service. A replica's word counts only when it has replayed all that
/// was flushed there when it was asked; one that lags, is no replica or fails is passed over.
/// @param before may be null; else what is compared with, so that differences are looked at closer
[[nodiscard]] Task<Result<StateSnapshot>> read_state(engine::RunContext& context,
                                                     engine::Entry<engine::StateProbe> const& entry,
                                                     StateReading reading,
                                                     json::object const* before = nullptr);

}  // namespace pgdrill::steps
