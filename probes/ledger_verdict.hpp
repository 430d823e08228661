// Acknowledged writes against the rows of a database: a pure function, so that the proof can be proved.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::probes {

enum class WriteStatus {
  acknowledged,  ///< the server said committed
  failed,        ///< the server refused: it cannot be there
  unknown,       ///< no answer, or never sent: it may be there
};

/// One write as its client knows it. Times are ns since the start of the run.
struct LedgerWrite {
  std::int64_t sequence = 0;
  WriteStatus status = WriteStatus::unknown;
  std::int64_t sent_ns = 0;
  std::int64_t ended_ns = 0;
  std::string
      origin;  ///< CNPG's cluster_name of the server that acknowledged it; its address where it is not set
};

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
  std::int64_t rpo_ns =
      0;  ///< time from the first lost write to the last moment whose writes must be there; 0: none lost
  [[nodiscard]] bool clean() const {
    return lost.empty() && resurrected.empty() && duplicated.empty() && altered.empty();
  }
};

/// What a client sends with a sequence number: differs between runs, probes and numbers.
[[nodiscard]] std::string ledger_payload(std::string_view run_id, std::string_view probe,
                                         std::int64_t sequence);

/// @param key the run's id and the probe's name, from which payloads are made
[[nodiscard]] LedgerVerdict ledger_verdict(std::vector<LedgerWrite> const& writes,
                                           std::vector<LedgerRow> const& rows, LedgerBoundary boundary,
                                           std::string_view run_id, std::string_view probe);

/// First write that `cluster` acknowledged after the target was captured; 0 for none.
[[nodiscard]] std::int64_t resumed_from(std::vector<LedgerWrite> const& writes, std::int64_t first_after,
                                        std::string_view cluster);

/// The journal's "ledger-verdict" event.
[[nodiscard]] json::object to_json(LedgerVerdict const& verdict, std::string_view probe);

}  // namespace pgdrill::probes
