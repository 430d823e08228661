// Where in the WAL a restore ended: the RPO beside rows and seconds.
#pragma once
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

struct WalPlace {
  std::int64_t timeline = 0;
  std::string lsn;  ///< "0/5000158"; empty: unknown
};

/// Writes the fact `restored-end`: where the target's timeline was left by the restored one, as the restored
/// server's history file tells it (https://www.postgresql.org/docs/15/continuous-archiving.html, Timelines),
/// and how many bytes of WAL after the captured restore point (negative: before it). A server that does not
/// answer, or has no such history, has no say.
[[nodiscard]] Task<> note_restored_end(engine::RunContext& context, std::string cluster, WalPlace target,
                                       Duration limit);

}  // namespace pgdrill::steps
