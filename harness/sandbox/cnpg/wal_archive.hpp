// The manager's commands that PostgreSQL calls for its WAL.
#pragma once
#include <string>

#include "harness/sandbox/cnpg/manager_context.hpp"

namespace pgdrill::sandbox::cnpg {

/// "wal-archive %p": puts the file into the archive. Writes archiving.json for the condition
/// ContinuousArchiving. Returns the exit code for PostgreSQL: 0 archived (or no archive configured), 1 to be
/// tried again.
[[nodiscard]] int wal_archive(ManagerContext const& context, std::string const& path);

/// "wal-restore %f %p": fetches a file from the archive that this instance recovers from: the source during a
/// recovery job (`from_source`), else its own. 1 when it is not there.
[[nodiscard]] int wal_restore(ManagerContext const& context, std::string const& name, std::string const& path,
                              bool from_source);

/// Fails with CNPG's text "Expected empty archive" when WAL is already in the archive of a new cluster.
[[nodiscard]] Result<> check_empty_archive(ManagerContext const& context, InstanceConfig const& config);

/// The file in PGDATA whose presence asks for that check at the first archived file.
inline constexpr std::string_view empty_archive_marker = ".check-empty-wal-archive";

}  // namespace pgdrill::sandbox::cnpg
