#include "probes/digest_locate.hpp"

#include <gmock/gmock.h>

#include <random>

namespace pgdrill::probes {
namespace {

void add(Bucket& bucket, std::int64_t hash, std::int64_t key, int sign = 1) {
  bucket.count += sign;
  bucket.sum += sign * static_cast<__int128>(hash);
  bucket.weighted += sign * static_cast<__int128>(hash) * key;
}

Bucket bucket_of_many(std::mt19937_64& random) {
  Bucket bucket;
  for (int i = 0; i < 1000; ++i)
    add(bucket, static_cast<std::int64_t>(random() >> 32), static_cast<std::int64_t>(random() >> 33));
  return bucket;
}

TEST(DigestLocate, TheOnlyChangedRowIsComputed) {
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 200; ++trial) {
    Bucket const before = bucket_of_many(random);
    auto const key = static_cast<std::int64_t>(random() >> 33);
    auto const old_hash = static_cast<std::int64_t>(random() >> 32);
    Bucket was = before;
    add(was, old_hash, key);
    Bucket changed = before;
    add(changed, old_hash / 2 + 1, key);
    auto const changes = compare_buckets({{5, was}, {6, before}}, {{5, changed}, {6, before}});
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].bucket, 5);
    EXPECT_EQ(changes[0].rows, 0);
    EXPECT_EQ(changes[0].key, key);
    EXPECT_EQ(compare_buckets({{5, was}}, {{5, before}}).at(0).key, key) << "gone";
    EXPECT_EQ(compare_buckets({{5, was}}, {{5, before}}).at(0).rows, -1);
    EXPECT_EQ(compare_buckets({{5, before}}, {{5, was}}).at(0).key, key) << "come";
  }
}

TEST(DigestLocate, OfSeveralChangesNoneIsNamed) {
  std::mt19937_64 random(4);
  for (int trial = 0; trial < 200; ++trial) {
    Bucket const before = bucket_of_many(random);
    Bucket after = before;
    for (int row = 0; row < 2; ++row) {
      auto const key = static_cast<std::int64_t>(random() >> 33);
      add(after, static_cast<std::int64_t>(random() >> 32), key);
      add(after, static_cast<std::int64_t>(random() >> 32), key, -1);
    }
    EXPECT_EQ(compare_buckets({{1, before}}, {{1, after}}).at(0).key, std::nullopt);
  }
}

TEST(DigestLocate, BucketsComeAndGo) {
  Bucket one;
  add(one, 7, 3);
  EXPECT_TRUE(compare_buckets({{1, one}}, {{1, one}}).empty());
  EXPECT_EQ(compare_buckets({}, {{1, one}}).at(0).rows, 1);
  EXPECT_EQ(compare_buckets({{1, one}}, {}).at(0).rows, -1);
}

TEST(DigestLocate, BucketsArePackedWhole) {
  std::mt19937_64 random(5);
  Buckets const buckets = {{0, bucket_of_many(random)}, {1023, bucket_of_many(random)}};
  EXPECT_EQ(unpack_buckets(pack_buckets(buckets)).value(), buckets);
  EXPECT_EQ(unpack_buckets(pack_buckets({})).value(), Buckets());
  EXPECT_FALSE(unpack_buckets("no"));
}

TEST(DigestLocate, LargeNumbersAreReadAndWritten) {
  EXPECT_EQ(integer_text(parse_integer("-85070591730234615865843651857942052864")),
            "-85070591730234615865843651857942052864");
  EXPECT_EQ(integer_text(parse_integer("0")), "0");
}

}  // namespace
}  // namespace pgdrill::probes
