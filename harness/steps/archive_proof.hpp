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
  std::vector<std::string> fetched;    ///< in order of their names
  std::vector<std::string> missing;    ///< the store says that it has no such segment
  std::int64_t skipped = 0;            ///< not asked for: only the archiver's word stands for them
  std::int64_t skipped_of_backup = 0;  ///< of those, the ones without which the backup cannot be restored
  bool wanted = true;                  ///< false when the limits say that none is to be fetched
  std::string why_not;                 ///< when the manager could not fetch for another reason

  /// "5 of 5 segments fetched from the store, 000000010000000000000004 to 000000010000000000000008"
  [[nodiscard]] std::string text() const;
  /// "288 of 300 WAL segments: only the archiver's word stands for them", one line or none.
  [[nodiscard]] std::vector<std::string> not_examined() const;
};

/// What a proof amounts to.
enum class ProofStanding {
  whole,
  in_part,    ///< the backup's own segments are there; others were left out by the limits
  undecided,  ///< what was wanted could not be fetched
  disproved   ///< a segment is missing
};

/// @param every_segment whether one that is left out by the limits leaves all undecided
[[nodiscard]] ProofStanding standing_of(ArchiveProof const& proof, bool every_segment);

inline constexpr char const* archive_check = "archive-complete";

/// Writes the check `archive_check`: undecided when the proof is. False when it is disproved.
[[nodiscard]] bool check_archive(engine::RunContext& context, std::string_view step,
                                 ArchiveProof const& proof, bool every_segment);

/// One row: the last archived file, the count of failures, and how many segments of its timeline that are
/// older than it are not archived yet. A backup's history file comes after the segment that it is named
/// after.
extern char const* const archiver_sql;

/// What a proof may cost: as much as a recovery of so many segments, which are 16 MB each.
struct ProofLimits {
  std::int64_t segments = 1024;
  Duration time = std::chrono::seconds(20);
};

/// Fetches the segments from `first` to `last` of one timeline, within the limits. One after the other:
/// fetches of one instance share a folder in which the manager fetches ahead.
/// @throws nothing; errors: unreachable, and invalid for names that are no segments
[[nodiscard]] Task<Result<ArchiveProof>> prove_archive(engine::RunContext& context, std::string cluster,
                                                       std::string first, std::string needed,
                                                       std::string last, ProofLimits limits);

/// In which order: those up to `needed` (the backup's last), the newest, then those between, of which what is
/// beyond `most` is left out.
[[nodiscard]] std::vector<std::string> segments_to_fetch(std::vector<std::string> const& all,
                                                         std::string const& needed, std::int64_t most);

}  // namespace pgdrill::steps
