#include "harness/cnpg/recovery_log.hpp"

#include <algorithm>
#include <array>

#include "harness/base/json.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::cnpg {

namespace {

struct StagePattern {
  std::string_view text;
  RecoveryStage stage;
};

constexpr std::array stage_patterns = {
    StagePattern{"Starting barman-cloud-restore", RecoveryStage::base_restore_started},
    StagePattern{"Restore completed", RecoveryStage::base_restored},
    StagePattern{"redo starts at", RecoveryStage::replay_started},
    StagePattern{"recovery stopping before", RecoveryStage::recovery_stopping},
    StagePattern{"recovery stopping after", RecoveryStage::recovery_stopping},
    StagePattern{"recovery stopping at", RecoveryStage::recovery_stopping},
    StagePattern{"selected new timeline ID", RecoveryStage::promoted},
};

struct CausePattern {
  std::string_view text;
  std::string_view cause;
  std::string_view todo;
  bool may_pass = false;
};

// The most telling first: what stands further down is often only the consequence of what stands above.
constexpr std::array cause_patterns = {
    CausePattern{
        "no target backup found", "no-target-backup",
        "the target lies before the end of the oldest backup: choose a later target, or a longer retention"},
    CausePattern{
        "recovery ended before configured recovery target was reached", "target-not-reached",
        "the archive ends before the target: choose a target at or before the last archived commit, or "
        "write and archive a commit after it"},
    CausePattern{"Expected empty archive", "archive-not-empty",
                 "give the restored cluster an object store path or serverName of its own"},
    CausePattern{"presence of first needed WAL in the archive", "first-wal-missing",
                 "the first WAL of the base backup is not in the archive: restore from another backup"},
    CausePattern{"WAL ends before end of online backup", "wal-hole",
                 "WAL of the base backup is missing in the archive: restore from another backup"},
    CausePattern{"recovery target timeline", "timeline-missing",
                 "the history file of the target's timeline did not come out of the archive: look whether it "
                 "is there; CloudNativePG from 1.27.3, 1.28.1 and 1.29.0 on refuses it in each recovery of a "
                 "Cluster that has failed over (their issue 10818): upgrade to 1.28.4, 1.29.2 or 1.30"},
    CausePattern{"is not a child of this server's history", "timeline-diverged",
                 "set recoveryTarget.targetTLI and backupID to the timeline that holds the target"},
    CausePattern{
        "No space left on device", "disk-full",
        "give the recovery a larger volume; after retries look at the first pod for the first cause"},
    CausePattern{"no plugin supports the restore job hooks capability", "plugin-missing",
                 "check the plugin's name in externalClusters and that it is installed"},
    CausePattern{"custom.conf\" contains errors", "bad-configuration",
                 "write the target time as YYYY-MM-DD HH:MM:SS.ffffff+00:00"},
    CausePattern{"invalid value for parameter \"recovery_target", "bad-configuration",
                 "write the target time as YYYY-MM-DD HH:MM:SS.ffffff+00:00"},
    CausePattern{"AccessDenied", "store-refused", "check the credentials of the object store", true},
    CausePattern{"InvalidAccessKeyId", "store-refused", "check the credentials of the object store", true},
    CausePattern{"SignatureDoesNotMatch", "store-refused", "check the credentials of the object store", true},
    CausePattern{"Could not connect to the endpoint URL", "store-unreachable",
                 "check that the object store can be reached from the namespace", true},
};

/// A log line taken apart.
struct Line {
  std::string at;
  std::string logged_at;
  std::string text;  ///< message and error, or PostgreSQL's own message
  bool is_error = false;
};

/// RFC 3339 of "2026-11-24 03:02:43.360 UTC" (log_line_prefix's %m, csvlog's log_time); empty for another
/// zone, since abbreviations of zones are not unique.
std::string log_time(std::string text) {
  std::size_t const zone = text.rfind(' ');
  if (zone == std::string::npos || (!text.ends_with(" UTC") && !text.ends_with(" GMT"))) return "";
  text.resize(zone);
  text += 'Z';
  if (std::size_t const space = text.find(' '); space != std::string::npos) text[space] = 'T';
  return text;
}

Line parse_line(std::string_view raw) {
  Line line;
  auto const parsed = parse_json(raw, "log line");
  if (!parsed || !parsed->is_object()) {
    line.text = std::string(raw);
    line.is_error =
        raw.find("FATAL:") != std::string_view::npos || raw.find("PANIC:") != std::string_view::npos;
    return line;
  }
  line.at = get_string(*parsed, "ts");
  std::string const severity = get_string(*parsed, "record.error_severity");
  if (!severity.empty()) {
    line.text = get_string(*parsed, "record.message");
    if (auto const detail = get_string(*parsed, "record.detail"); !detail.empty()) line.text += "; " + detail;
    line.is_error = severity == "FATAL" || severity == "PANIC";
    line.logged_at = log_time(get_string(*parsed, "record.log_time"));
    return line;
  }
  line.text = get_string(*parsed, "msg");
  auto error = get_string(*parsed, "error");
  if (error.empty()) error = get_string(*parsed, "err");
  if (!error.empty()) line.text += ": " + error;
  line.is_error = get_string(*parsed, "level") == "error";
  return line;
}

std::size_t rank_of(std::string_view cause) {
  auto const found = std::ranges::find(cause_patterns, cause, &CausePattern::cause);
  return static_cast<std::size_t>(found - cause_patterns.begin());
}

}  // namespace

std::optional<RecoveryMark> RecoveryLog::feed(std::string_view raw) {
  Line const line = parse_line(trim(raw));
  constexpr std::string_view last_transaction = "last completed transaction was at log time ";
  if (auto const at = line.text.find(last_transaction); at != std::string::npos) {
    last_transaction_time_ = line.text.substr(at + last_transaction.size());
  }
  note_failure(line.text, line.is_error);
  for (auto const& pattern : stage_patterns) {
    if (line.text.find(pattern.text) == std::string::npos || reached(pattern.stage)) continue;
    return marks_.emplace_back(pattern.stage, line.at, line.text, line.logged_at);
  }
  return std::nullopt;
}

void RecoveryLog::note_failure(std::string_view text, bool is_error) {
  for (auto const& pattern : cause_patterns) {
    if (text.find(pattern.text) == std::string_view::npos) continue;
    if (cause_ && rank_of(cause_->cause) <= rank_of(pattern.cause)) return;
    cause_ = RecoveryFailure{std::string(pattern.cause), std::string(text), std::string(pattern.todo),
                             pattern.may_pass};
    return;
  }
  // PostgreSQL turns clients away with FATAL while it starts; that is no failure of the recovery.
  bool const turned_away = text.find("the database system is") != std::string_view::npos;
  if (is_error && !turned_away) last_error_ = std::string(text);
}

bool RecoveryLog::reached(RecoveryStage stage) const {
  return std::ranges::any_of(marks_, [stage](RecoveryMark const& mark) { return mark.stage == stage; });
}

std::optional<RecoveryFailure> RecoveryLog::failure() const {
  if (cause_) {
    auto result = *cause_;
    if (result.cause == "target-not-reached" && !last_transaction_time_.empty()) {
      result.why += "; the last transaction in the archive is of " + last_transaction_time_;
    }
    return result;
  }
  if (last_error_.empty()) return std::nullopt;
  return RecoveryFailure{std::string(unknown_cause), last_error_, "read the log of the recovery pod", true};
}

std::string_view name_of(RecoveryStage stage) {
  switch (stage) {
    case RecoveryStage::base_restore_started:
      return "recovery-started";
    case RecoveryStage::base_restored:
      return "base-restored";
    case RecoveryStage::replay_started:
      return "replay-started";
    case RecoveryStage::recovery_stopping:
      return "replay-stopped";
    case RecoveryStage::promoted:
      return "promoted";
  }
  return "";
}

Error to_error(RecoveryFailure const& failure, std::string where) {
  return {.kind = ErrorKind::postgres,
          .what = "the recovery failed (" + failure.cause + ")",
          .where = std::move(where),
          .why = failure.why,
          .todo = failure.todo};
}

}  // namespace pgdrill::cnpg
