// What the cluster's own clocks say of a restore, written beside our marks as `clock` events. It costs the
// restore nothing: objects are read that the step has anyway, and the server is asked after the last mark.
#pragma once
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

/// Of the answer to the creation of a Cluster, which was asked for between `before` and `after`: when it was
/// created, and with it how far the API server's clock is from ours.
void note_creation(engine::RunContext& context, std::string_view step, json::value const& cluster,
                   WallTime before, WallTime after);
/// Of a Cluster that is ready: status.currentPrimaryTimestamp and the conditions' lastTransitionTime.
void note_cluster_clocks(engine::RunContext& context, std::string_view step, json::value const& cluster);
/// Of a recovery pod that has ended: start and end of the container that recovers.
void note_pod_clocks(engine::RunContext& context, std::string_view step, json::value const& pod,
                     std::string_view container);
/// Of the restored server: when it started; and how far its clock is from ours. A server that does not
/// answer has no say.
[[nodiscard]] Task<> note_server_clocks(engine::RunContext& context, std::string step, std::string cluster,
                                        Duration limit);

}  // namespace pgdrill::steps
