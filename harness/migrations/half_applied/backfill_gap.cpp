#include "harness/migrations/half_applied/backfill_gap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/migrations/half_applied/copy_triggers.hpp"
#include "harness/migrations/half_applied/sync_triggers.hpp"

namespace pgdrill::migrations {

bool count_gap(pqxx::transaction_base& transaction, BackfillGap& gap, std::int64_t bytes,
               std::string const& from, std::string const& wanted, std::string const& filled) {
  if (bytes > countable_bytes) {
    auto const any = transaction.exec(
        fmt::format("SELECT EXISTS (SELECT FROM {} WHERE ({}) AND NOT ({}))", from, wanted, filled));
    return any[0][0].as<bool>();
  }
  auto const counts = transaction.exec(
      fmt::format("SELECT count(*) FILTER (WHERE {}), count(*) FROM {} WHERE {}", filled, from, wanted));
  gap.filled = counts[0][0].as<std::int64_t>();
  gap.wanted = counts[0][1].as<std::int64_t>();
  return *gap.filled < *gap.wanted;
}

std::vector<BackfillGap> backfill_gaps(pqxx::transaction_base& transaction) {
  std::vector<RowTrigger> const triggers = read_row_triggers(transaction);
  std::vector<BackfillGap> gaps = column_gaps(transaction, triggers);
  std::ranges::move(copy_gaps(transaction, triggers), std::back_inserter(gaps));
  return gaps;
}

}  // namespace pgdrill::migrations
