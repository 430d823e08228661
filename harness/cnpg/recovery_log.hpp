// What the log of a recovery pod says: how far it has come, and why it failed. Retries take minutes and the
// phase of the Cluster tells a failure only after the last of them, so the log of the first pod that fails is
// what to read.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.hpp"

namespace pgdrill::cnpg {

enum class RecoveryStage {
  base_restore_started,
  base_restored,
  replay_started,     ///< PostgreSQL reads the backup's WAL
  recovery_stopping,  ///< the target was reached
  promoted,           ///< the new timeline was chosen
};

struct RecoveryMark {
  RecoveryStage stage = RecoveryStage::base_restore_started;
  std::string at;      ///< the pod's clock, RFC 3339; empty when the line has none
  std::string detail;  ///< e.g. "recovery stopping at restore point ..."
  /// PostgreSQL's own time of the line, RFC 3339, where it is one of PostgreSQL and logged in UTC; `at` is
  /// the instance manager's, which reads the line from a pipe.
  std::string logged_at = {};
};

/// The cause of a failure whose log shows none of the known ones.
inline constexpr std::string_view unknown_cause = "unknown";

struct RecoveryFailure {
  std::string cause;  ///< stable name: "no-target-backup", "target-not-reached", "archive-not-empty", ...
  std::string why;    ///< the log's own words
  std::string todo;   ///< what to do about it
  /// The next pod of the recovery's Job may succeed where this one failed: the store may be back, or nobody
  /// knows the cause.
  bool may_pass = false;
};

/// Folds the lines of a recovery pod's log, one at a time, JSON or plain.
class RecoveryLog {
 public:
  /// Returns the mark when the line is the first of its stage.
  std::optional<RecoveryMark> feed(std::string_view line);
  [[nodiscard]] std::vector<RecoveryMark> const& marks() const { return marks_; }
  [[nodiscard]] bool reached(RecoveryStage stage) const;
  /// Why the recovery failed: the most telling cause seen, or "unknown" with the last error; nothing while no
  /// error was logged.
  [[nodiscard]] std::optional<RecoveryFailure> failure() const;
  /// PostgreSQL's "last completed transaction was at log time ...": the latest time that can be reached.
  [[nodiscard]] std::string const& last_transaction_time() const { return last_transaction_time_; }

 private:
  void note_failure(std::string_view text, bool is_error);
  std::vector<RecoveryMark> marks_;
  std::optional<RecoveryFailure> cause_;
  std::string last_error_;
  std::string last_transaction_time_;
};

/// "base-restored", "replay-started": the name of the journal's mark of a stage.
[[nodiscard]] std::string_view name_of(RecoveryStage stage);

/// The failure as an error of kind postgres.
[[nodiscard]] Error to_error(RecoveryFailure const& failure, std::string where);

}  // namespace pgdrill::cnpg
