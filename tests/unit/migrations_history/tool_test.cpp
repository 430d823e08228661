#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

TEST(ToolOrder, NumbersOfAnyLengthAndDottedVersions) {
  EXPECT_TRUE(comes_before(Order::number, "9", "10"));
  EXPECT_FALSE(comes_before(Order::number, "010", "10"));
  EXPECT_TRUE(comes_before(Order::number, "99999999999999999999", "100000000000000000000"));
  EXPECT_TRUE(comes_before(Order::dotted, "1.9", "1.10"));
  EXPECT_TRUE(same_version(Order::dotted, "1.0", "1"));
  EXPECT_TRUE(comes_before(Order::text, "10", "9"));
  EXPECT_FALSE(comes_before(Order::graph, "a", "b"));
}

TEST(ToolDigests, AreThoseOfTheStandardTools) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);  // the check value of CRC-32/ISO-HDLC
  EXPECT_EQ(digest_hex("md5", "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(digest_hex("sha1", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(advisory_key(-1), "4294967295/4294967295/1");
}

TEST(NumberedName, Parts) {
  auto const name = parse_numbered_name("0012_add_total.up.sql");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->digits + "|" + name->title + "|" + name->direction + "|" + name->extension,
            "0012|add_total|up|sql");
  EXPECT_FALSE(parse_numbered_name("add_0012.sql"));
  EXPECT_FALSE(parse_numbered_name("12monkeys.sql"));
  EXPECT_FALSE(parse_numbered_name(""));
  ASSERT_TRUE(parse_numbered_name("7.sql"));
  EXPECT_EQ(parse_numbered_name("7.sql")->title, "");
  EXPECT_EQ(parse_numbered_name("1_down.sql")->direction, "");
}

}  // namespace
}  // namespace pgdrill::migrations
