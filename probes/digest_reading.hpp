// The work of a digest in pieces that several connections can do, each one statement.
#pragma once
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "probes/digest_expressions.hpp"
#include "probes/digest_locate.hpp"
#include "probes/digest_snapshot.hpp"
#include "probes/load_limits.hpp"

namespace pgdrill::probes {

/// What is known of a table so far; pieces add to it.
struct TableReading {
  std::int64_t count = 0;
  __int128 sum = 0;
  std::vector<__int128> columns;  ///< sums per column, with the key beside it; empty without details
  std::vector<std::string> labels;
  std::vector<std::uint32_t> hashes;
  Buckets buckets;
  std::map<std::string, std::string> named;  ///< "bucket:number" → "id=77", of rows that changed
};

enum class Piece { sums, rows, buckets, names };

struct DigestJob {
  Piece piece = Piece::sums;
  std::size_t table = 0;
  std::string where;                       ///< " WHERE ctid >= ..." or empty
  std::vector<BucketChange> changes = {};  ///< for names
  bool parallel = false;                   ///< by workers of the server; nothing else reads meanwhile
};

class DigestReading {
 public:
  DigestReading(std::vector<DigestTable> tables, bool details, DigestLimits const& limits);

  using Jobs = std::vector<DigestJob>;
  /// Does all jobs, in any order, with `run`.
  using Runner = std::function<Result<>(Jobs const& jobs)>;
  [[nodiscard]] Result<json::object> read(Runner const& runner, json::object const* before);
  /// Does one job and adds its result; may be called from several threads at once.
  [[nodiscard]] Result<> run(pqxx::transaction_base& transaction, DigestJob const& job);

 private:
  [[nodiscard]] std::string sums_sql(DigestTable const& table) const;
  void add_pieces(Jobs& jobs, Piece piece, std::size_t table) const;
  [[nodiscard]] Jobs naming_jobs(json::object const& before) const;
  [[nodiscard]] json::object result_of(std::size_t table) const;

  std::vector<DigestTable> tables_;
  bool details_;
  DigestLimits limits_;
  std::vector<TableReading> readings_;
  std::mutex mutex_;
  Pace pace_;
};

/// Statements that a transaction begins with, so that it asks no more than it may.
[[nodiscard]] std::string limiting_settings(DigestLimits const& limits);

}  // namespace pgdrill::probes
