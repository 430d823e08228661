// The client's own record of its writes (evidence file writes.jsonl), and the table that they go to.
#pragma once
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

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

/// Gives the writes of a probe in their order, one at a time, whatever the size of the file; one without an
/// end is unknown. A line that cannot be read ends it with `problem()`.
class LedgerLogReader {
 public:
  LedgerLogReader(std::filesystem::path const& directory, std::string probe);
  [[nodiscard]] std::optional<LedgerWrite> next();
  [[nodiscard]] std::optional<Error> const& problem() const { return problem_; }

 private:
  std::filesystem::path file_;
  std::string probe_;
  std::ifstream stream_;
  std::optional<LedgerWrite> open_;  ///< sent, and not known to have ended
  std::optional<Error> problem_;
};

/// The writes of a reader up to the number `last`.
[[nodiscard]] NextWrite until(std::shared_ptr<LedgerLogReader> reader, std::int64_t last);

/// All writes of a probe. Error io or invalid.
[[nodiscard]] Result<std::vector<LedgerWrite>> read_ledger_log(std::filesystem::path const& directory,
                                                               std::string_view probe);

/// Judges the rows of a run's probe in a database against the log, in one pass over both.
/// @param last the last write to look at; rows of later ones are left alone
[[nodiscard]] Task<Result<LedgerVerdict>> judge_ledger(postgres::ConnectionParameters database,
                                                       std::filesystem::path directory, std::string run_id,
                                                       std::string probe, LedgerBoundary boundary,
                                                       std::int64_t last);

/// The rows of a run's probe in a database.
[[nodiscard]] Task<Result<std::vector<LedgerRow>>> read_ledger_rows(postgres::ConnectionParameters database,
                                                                    std::string run_id, std::string probe);

}  // namespace pgdrill::probes
