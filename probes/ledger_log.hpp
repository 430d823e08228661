// The client's own record of its writes (evidence file writes.jsonl), and the table that they go to.
#pragma once
#include <filesystem>

#include "harness/postgres/connection.hpp"
#include "probes/ledger_verdict.hpp"

namespace pgdrill::probes {

inline constexpr std::string_view writes_file = "writes.jsonl";

/// Appends to the file: a line before a write is sent ("sent") and one after its end, so that a write that
/// was under way when the client was killed is known to be unknown. One log per ledger probe; probes share
/// the file.
class LedgerLog {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LedgerLog>> open(std::filesystem::path const& directory,
                                                               std::string probe);
  ~LedgerLog();
  LedgerLog(LedgerLog const&) = delete;
  LedgerLog& operator=(LedgerLog const&) = delete;
  [[nodiscard]] Result<> sent(std::int64_t sequence, std::int64_t at_ns);
  [[nodiscard]] Result<> ended(LedgerWrite const& write);

 private:
  LedgerLog(int descriptor, std::filesystem::path file, std::string probe)
      : descriptor_(descriptor), file_(std::move(file)), probe_(std::move(probe)) {}
  [[nodiscard]] Result<> append(json::object line);
  int descriptor_;
  std::filesystem::path file_;
  std::string probe_;
};

/// All writes of a probe in order; one without an end is unknown. Error io or invalid.
[[nodiscard]] Result<std::vector<LedgerWrite>> read_ledger_log(std::filesystem::path const& directory,
                                                               std::string_view probe);

/// The rows of a run's probe in a database.
[[nodiscard]] Task<Result<std::vector<LedgerRow>>> read_ledger_rows(postgres::ConnectionParameters database,
                                                                    std::string run_id, std::string probe);

}  // namespace pgdrill::probes
