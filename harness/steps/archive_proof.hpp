// Is the WAL that the archiver says it has archived still in the store? Each segment is fetched as a recovery
// would fetch it: by the instance manager's wal-restore, which is PostgreSQL's restore_command on CNPG
// (https://cloudnative-pg.io/documentation/current/wal_archiving/). It works for the plugin and for
// spec.backup.barmanObjectStore alike, and needs no way from here to the store.
#pragma once
#include <string>
#include <vector>

#include "harness/engine/context.hpp"

namespace pgdrill::steps {

struct ArchiveProof {
  std::vector<std::string> fetched;
  std::vector<std::string> missing;  ///< the store says that it has no such segment
  std::int64_t skipped = 0;          ///< beyond `most`: only the archiver's word stands for them
  std::string why_not;  ///< when the manager could not fetch for another reason: nothing is proven

  /// "5 segments fetched, 000000010000000000000004 to 000000010000000000000008"
  [[nodiscard]] std::string text() const;
};

/// One row: the last archived file, the count of failures, and how many segments of its timeline that are
/// older than it are not archived yet. A backup's history file comes after the segment that it is named
/// after.
extern char const* const archiver_sql;

/// Fetches the segments from `first` to `last` of one timeline, at most `most`: the first ones, up to
/// `needed` (the backup's last), go before the newest.
/// @throws nothing; errors: unreachable, and invalid for names that are no segments
[[nodiscard]] Task<Result<ArchiveProof>> prove_archive(engine::RunContext& context, std::string cluster,
                                                       std::string first, std::string needed,
                                                       std::string last, std::int64_t most);

/// Which ones that are.
[[nodiscard]] std::vector<std::string> segments_to_fetch(std::vector<std::string> const& all,
                                                         std::string const& needed, std::int64_t most);

}  // namespace pgdrill::steps
