// Where triggers get their observations from: the journal of the run itself, an object's watch, a query on a
// connection of its own, the logs of pods.
#pragma once
#include "harness/engine/registry.hpp"

namespace pgdrill::triggers {

/// How often a database is asked what cannot be watched, on a connection that stays open: a trigger on it is
/// late by so much at most, and one round trip.
inline constexpr Duration query_interval = std::chrono::milliseconds(5);

/// Each event of that name as it is written, until `look` has seen enough.
[[nodiscard]] Task<Result<>> feed_events(engine::RunContext& context, std::string event, engine::Look look);

/// The object at each change of it, from its present state on; null while it does not exist.
[[nodiscard]] Task<Result<>> feed_object(engine::RunContext& context, kube::ObjectRef ref, engine::Look look);

/// {value, asked_ns} of a query through the target's Service, again and again. While the database cannot be
/// reached nothing is observed; an error of the statement itself ends it.
[[nodiscard]] Task<Result<>> feed_query(engine::RunContext& context, std::string sql, engine::Look look);

struct PodLogs {
  std::string selector;   ///< label selector
  std::string container;  ///< empty: the pod's first
};
/// {pod, line} for each line that pods of a selector write from now on; of pods that come later, every line.
[[nodiscard]] Task<Result<>> feed_logs(engine::RunContext& context, PodLogs logs, engine::Look look);

}  // namespace pgdrill::triggers
