// A write as the client that made it knows it.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

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
  std::int64_t timeline = 0;  ///< of that server at that moment; 0: not known
  /// Tells server processes apart: when the server was started, as it says itself; another one after each
  /// start. Empty: not known.
  std::string server = "";
};

/// Gives the writes of one record in their order; nothing at its end.
using NextWrite = std::function<std::optional<LedgerWrite>()>;

}  // namespace pgdrill::probes
