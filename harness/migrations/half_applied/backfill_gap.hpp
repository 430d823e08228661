// Rows from before a sync trigger that lack what it gives to new ones. Two detectors tell how far it went:
// not at all (trigger-without-backfill), or to k of n (stopped-backfill).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

struct BackfillGap {
  std::string object;                  ///< "column mail of public.people", "table public.addresses"
  std::string trigger;                 ///< its name
  std::optional<std::int64_t> filled;  ///< rows that have it; nothing when the table is too large to count
  std::optional<std::int64_t> wanted;  ///< rows that should
  Remedy finish = {};
  Remedy undo = {};
};

/// Tables beyond this are not counted: the scan would take longer than an audit may.
constexpr std::int64_t countable_bytes = 8LL << 30;

/// Counts rows of `from` (a FROM item) that `wanted` is true for and how many of them `filled` is true for,
/// or, where that would take too long, looks for one that is not filled. False: nothing is missing.
[[nodiscard]] bool count_gap(pqxx::transaction_base& transaction, BackfillGap& gap, std::int64_t bytes,
                             std::string const& from, std::string const& wanted, std::string const& filled);

/// All gaps of columns and of copied rows.
[[nodiscard]] std::vector<BackfillGap> backfill_gaps(pqxx::transaction_base& transaction);

}  // namespace pgdrill::migrations
