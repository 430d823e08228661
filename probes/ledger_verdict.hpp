// Acknowledged writes against the rows of a database: a pure function, so that the proof can be proved.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.hpp"
#include "probes/split_brain.hpp"

namespace pgdrill::probes {

struct LedgerRow {
  std::int64_t sequence = 0;
  std::string payload;
};

/// Where the recovery target and the cut-over lie in the writes' sequence. Writes between `last_before` and
/// `first_after` were made while the target was captured: they may be there or not.
struct LedgerBoundary {
  std::int64_t last_before = 0;  ///< last write acknowledged before the capture began
  std::int64_t first_after =
      0;  ///< first write sent after the capture ended; 0: no target, all writes must be there
  std::int64_t resumed_from = 0;  ///< first write acknowledged by the restored database; 0: none yet
  /// Rollbacks before this one, in their order: what they took back stays away.
  std::vector<LedgerBoundary> earlier = {};
};

struct LedgerVerdict {
  std::int64_t acknowledged = 0;
  std::int64_t failed = 0;
  std::int64_t unknown = 0;
  std::int64_t present = 0;               ///< acknowledged, must be there, are there
  std::int64_t rightly_absent = 0;        ///< acknowledged after the target, before the cut-over, not there
  std::vector<std::int64_t> lost;         ///< acknowledged, must be there, are not
  std::vector<std::int64_t> resurrected;  ///< there although refused, never sent, or later than the target
  std::vector<std::int64_t> duplicated;   ///< there more than once
  std::vector<std::int64_t> altered;      ///< there with another payload than was sent
  /// Acknowledged by a server after another one had taken its place (`Primaries`). Two primaries took writes.
  std::vector<std::int64_t> split_brain;
  std::int64_t rpo_ns =
      0;  ///< time from the first lost write to the last moment whose writes must be there; 0: none lost
  [[nodiscard]] bool clean() const {
    return lost.empty() && resurrected.empty() && duplicated.empty() && altered.empty() &&
           split_brain.empty();
  }
};

/// What a client sends with a sequence number: differs between runs, probes and numbers.
[[nodiscard]] std::string ledger_payload(std::string_view run_id, std::string_view probe,
                                         std::int64_t sequence);

/// Judges in one pass over both, in the order of their sequences; its memory grows with the anomalies alone.
/// Writes are pulled, rows are pushed, since they come over the network.
class LedgerJudge {
 public:
  LedgerJudge(NextWrite next, LedgerBoundary boundary, std::string run_id, std::string probe);
  /// Rows come in the order of their sequences; several of one sequence after each other.
  void row(LedgerRow const& row);
  [[nodiscard]] LedgerVerdict finish();

 private:
  void pass(LedgerWrite const& write, bool there);
  void pass_until(std::int64_t sequence);
  void pull();

  NextWrite next_;
  LedgerBoundary boundary_;
  std::string run_id_;
  std::string probe_;
  std::optional<LedgerWrite> write_;  ///< the next one that no row has come to
  std::int64_t last_sequence_ = -1;   ///< of the rows
  bool last_duplicated_ = false;
  bool last_altered_ = false;
  std::int64_t first_lost_ns_ = 0;
  std::int64_t last_needed_ns_ = 0;
  Primaries primaries_;
  LedgerVerdict verdict_;
};

/// @param run_id and the probe's name are what payloads are made of
[[nodiscard]] LedgerVerdict ledger_verdict(std::vector<LedgerWrite> const& writes,
                                           std::vector<LedgerRow> rows, LedgerBoundary boundary,
                                           std::string_view run_id, std::string_view probe);

/// First write that `cluster` acknowledged after the target was captured; 0 for none.
[[nodiscard]] std::int64_t resumed_from(std::vector<LedgerWrite> const& writes, std::int64_t first_after,
                                        std::string_view cluster);
[[nodiscard]] std::int64_t resumed_from(NextWrite const& next, std::int64_t first_after,
                                        std::string_view cluster);

/// The journal's "ledger-verdict" event.
[[nodiscard]] json::object to_json(LedgerVerdict const& verdict, std::string_view probe);

}  // namespace pgdrill::probes
