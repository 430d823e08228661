#include "probes/digest_locate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "harness/base/text.hpp"
#include "probes/packing.hpp"

namespace pgdrill::probes {

namespace {

constexpr __int128 key_end = __int128{1} << 31;

std::optional<std::int64_t> only_key(Bucket const& before, Bucket const& after) {
  __int128 const sum = after.sum - before.sum;
  __int128 const weighted = after.weighted - before.weighted;
  if (std::abs(after.count - before.count) > 1 || sum == 0 || weighted % sum != 0) return std::nullopt;
  __int128 const key = weighted / sum;
  if (key < 0 || key >= key_end) return std::nullopt;
  return static_cast<std::int64_t>(key);
}

}  // namespace

std::vector<BucketChange> compare_buckets(Buckets const& before, Buckets const& after) {
  std::vector<BucketChange> changes;
  auto const look = [&](int number, Bucket const& was, Bucket const& is) {
    if (was == is) return;
    changes.push_back({number, is.count - was.count, only_key(was, is)});
  };
  for (auto const& [number, was] : before) {
    auto const found = after.find(number);
    look(number, was, found == after.end() ? Bucket() : found->second);
  }
  for (auto const& [number, is] : after) {
    if (!before.contains(number)) look(number, Bucket(), is);
  }
  std::ranges::sort(changes, {}, &BucketChange::bucket);
  return changes;
}

__int128 parse_integer(std::string_view text) {
  bool const negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  __int128 value = 0;
  for (char const digit : text) {
    if (digit < '0' || digit > '9') break;
    value = value * 10 + (digit - '0');
  }
  return negative ? -value : value;
}

std::string integer_text(__int128 value) { return fmt::format("{}", value); }

std::string pack_buckets(Buckets const& buckets) {
  std::vector<std::string> lines;
  for (auto const& [number, bucket] : buckets) {
    lines.push_back(fmt::format("{} {} {} {}", number, bucket.count, bucket.sum, bucket.weighted));
  }
  return pack_labels(lines);
}

Result<Buckets> unpack_buckets(std::string_view packed) {
  Buckets buckets;
  TRY(auto const lines, unpack_labels(packed, std::nullopt));
  for (auto const& line : lines) {
    auto const words = split(line, ' ');
    if (words.size() != 4) return fail({.kind = ErrorKind::invalid, .what = "not a bucket", .why = line});
    buckets[std::atoi(words[0].c_str())] = {static_cast<std::int64_t>(parse_integer(words[1])),
                                            parse_integer(words[2]), parse_integer(words[3])};
  }
  return buckets;
}

}  // namespace pgdrill::probes
