// Names and shapes of what steps and probes hand to each other through RunContext::facts.
#pragma once
#include <string>
#include <string_view>

namespace pgdrill::engine::facts {

// "target:<name>" — a captured target (step capture-target):
//   {name, time (RFC 3339), lsn, restore_point, restore_point_lsn, timeline (int), backup_id, backup_name,
//   wal,
//    marker_before (text), marker_after (text), ledger_sequence (last sequence acknowledged before the
//    capture began), ledger_sequence_after (first sequence sent after it ended), state: {"<state probe>":
//    snapshot, ...}}        snapshots by each state probe (digest, fingerprint, ...)
[[nodiscard]] inline std::string target(std::string_view name) { return "target:" + std::string(name); }

// "backup" — {name, backup_id, begin_wal, end_wal, begin_lsn, end_lsn, stopped_at}
inline constexpr std::string_view backup = "backup";
// "migration" — {commit, parent, message, repository, branch, claimed_rows, changes[text], committed_at, job}
inline constexpr std::string_view migration = "migration";
// "revert" — {commit, reverts}
inline constexpr std::string_view revert = "revert";
// "restore" — {cluster, target, service, secret}
inline constexpr std::string_view restore = "restore";
// "restores" — all of them in their order: [{cluster, target}]; not in the journal
inline constexpr std::string_view restores = "restores";
// "finding:<probe>" — the last differences that a continuous state probe saw: [{object, what, count, rows[]}]
[[nodiscard]] inline std::string finding(std::string_view probe) { return "finding:" + std::string(probe); }
// "writes:<probe>" — while the ledger runs: {acknowledged (last acked sequence), sent (last sent sequence)}
[[nodiscard]] inline std::string writes(std::string_view probe) { return "writes:" + std::string(probe); }
// "last:<probe>" — last sample of a continuous probe: {status, t_ns, value}
[[nodiscard]] inline std::string last_sample(std::string_view probe) { return "last:" + std::string(probe); }
// "answers:<probe> <class>" — one class of a probe's calls: {right (bool: the last answer was), other_ns
// (when an answer was last something else; -1: never)}
inline constexpr std::string_view answers_prefix = "answers:";
[[nodiscard]] inline std::string answers(std::string_view probe, std::string_view call_class) {
  return std::string(answers_prefix) + std::string(probe) + " " + std::string(call_class);
}

}  // namespace pgdrill::engine::facts
