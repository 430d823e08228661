// Two servers that both acknowledged: told by the clients' own records, of one ledger or of several.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "probes/ledger_write.hpp"

namespace pgdrill::probes {

/// Who took writes, as acknowledgements tell it. A server is replaced when another one has acknowledged a
/// write that was sent after the first one's earliest acknowledgement. What was under way at the same time
/// proves no order, so that a clean switchover is never taken for a split brain.
class Primaries {
 public:
  /// Whether the acknowledgement came from a server that had been replaced before the write was sent: of a
  /// cluster or a server process that writes had left, or of an older timeline of its cluster. Ask when all
  /// acknowledgements that came before `write.sent_ns` have been heard.
  [[nodiscard]] bool replaced(LedgerWrite const& write) const;
  /// Takes an acknowledgement in; one from a replaced server proves nothing about the others.
  void heard(LedgerWrite const& write, bool replaced);

 private:
  /// One way to tell servers apart.
  struct Names {
    std::map<std::string, std::int64_t> first_ns;  ///< end of the earliest acknowledgement
    std::set<std::string> left;
    void heard(std::string const& name, std::int64_t sent_ns, std::int64_t ended_ns);
  };
  Names clusters_;
  Names servers_;
  std::map<std::string, std::int64_t> timelines_;  ///< newest of each cluster that acknowledged
};

/// One ledger's record.
struct LedgerWriter {
  std::string probe;
  NextWrite next;
};

/// Judges the acknowledgements of all ledgers of a run as one sequence, by the client's clock: two records
/// may each be right in itself and yet tell of two primaries. Reads every record once; its memory grows with
/// the anomalies alone.
/// @return of each probe the writes that a replaced server acknowledged; probes without any are left out
[[nodiscard]] std::map<std::string, std::vector<std::int64_t>> find_split_brain(
    std::vector<LedgerWriter> writers);

}  // namespace pgdrill::probes
