// Marker rows on both sides of a recovery target, and the migrations' history table.
#pragma once
#include <string>

#include "harness/engine/registry.hpp"

namespace pgdrill::steps {

struct Markers {
  std::string before;  ///< must be there after the restore
  std::string after;   ///< must not
};
[[nodiscard]] Markers marker_names(std::string const& target);

/// Announces the undo of schema pgdrill when nobody has, and makes table pgdrill.markers, readable by all.
[[nodiscard]] Task<Result<>> make_markers(engine::RunContext& context);
[[nodiscard]] Task<Result<>> write_marker(engine::RunContext& context, std::string cluster, std::string name);
/// Statement that gives the run's markers, one name per row.
[[nodiscard]] std::string markers_sql(std::string const& run_id);

/// All rows of a history table as one text, "" without such a table.
[[nodiscard]] Task<Result<std::string>> read_history(engine::RunContext& context, std::string cluster,
                                                     std::string table);

}  // namespace pgdrill::steps
