// Which row of a bucket changed, out of sums over the bucket.
//
// A bucket keeps the count of its rows, the sum of their hashes h, and the sum of h times a number k that is
// made of the row's key. When exactly one row of the bucket changed, came or went, the difference of the
// second sum is k times the difference of the first: the division gives k, which names the row. One pass over
// the table thus finds single changes, however large the table; of a bucket with several changes only their
// presence is known, and the division then almost never comes out even (one in 2^31).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/error.hpp"

namespace pgdrill::probes {

struct Bucket {
  std::int64_t count = 0;
  __int128 sum = 0;       ///< of 32 bits of each row's hash
  __int128 weighted = 0;  ///< of the same times the row's key number (31 bits)
  bool operator==(Bucket const&) const = default;
};
using Buckets = std::map<int, Bucket>;

/// A bucket that differs.
struct BucketChange {
  int bucket = 0;
  std::int64_t rows = 0;                 ///< rows more than before; negative: fewer
  std::optional<std::int64_t> key = {};  ///< number of the only row that changed, if there is only one
};

[[nodiscard]] std::vector<BucketChange> compare_buckets(Buckets const& before, Buckets const& after);

/// Decimal text of a numeric without fraction.
[[nodiscard]] __int128 parse_integer(std::string_view text);
[[nodiscard]] std::string integer_text(__int128 value);

[[nodiscard]] std::string pack_buckets(Buckets const& buckets);
[[nodiscard]] Result<Buckets> unpack_buckets(std::string_view packed);

}  // namespace pgdrill::probes
