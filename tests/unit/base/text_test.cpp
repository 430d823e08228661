#include "harness/base/text.hpp"

#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "harness/base/json.hpp"

namespace pgdrill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Text, LowerCaseLeavesWhatIsNoLetterOfAscii) { EXPECT_EQ(lower_case("ÄbC_Z[@1"), "Äbc_z[@1"); }

TEST(Text, SplitsJoinsAndTrims) {
  EXPECT_THAT(split("a,,b", ','), ElementsAre("a", "", "b"));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(trim("  x y\n"), "x y");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Text, FindsTheNearestName) {
  EXPECT_EQ(nearest("stpes", {"steps", "probes"}), "steps");
  EXPECT_EQ(nearest("zebra", {"steps", "probes"}), std::nullopt);
}

TEST(Json, WalksPathsAndKeysWithDots) {
  auto const document = parse_json(R"({"a":{"b":[1]},"labels":{"x.io/y":"z"},"n":3,"t":true})").value();
  EXPECT_NE(find(document, "a.b"), nullptr);
  EXPECT_EQ(find(document, "a.c"), nullptr);
  EXPECT_EQ(member(find(document, "labels"), "x.io/y")->as_string(), "z");
  EXPECT_EQ(get_int(document, "n"), 3);
  EXPECT_TRUE(get_bool(document, "t"));
  EXPECT_EQ(get_string(document, "missing", "other"), "other");
}

TEST(Json, CanonicalSortsKeys) {
  EXPECT_EQ(canonical(parse_json(R"({"b":1,"a":{"d":[2,{"z":0,"y":0}],"c":null}})").value()),
            R"({"a":{"c":null,"d":[2,{"y":0,"z":0}]},"b":1})");
}

TEST(Json, PrettyKeepsOrder) {
  EXPECT_EQ(pretty(parse_json(R"({"b":1,"a":[1,2],"e":{}})").value()),
            "{\n  \"b\": 1,\n  \"a\": [\n    1,\n    2\n  ],\n  \"e\": {}\n}\n");
}

TEST(Json, ErrorsNameTheDocument) {
  auto const result = parse_json("{", "answer of the API");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().where, "answer of the API");
}

TEST(Json, FixedHasNoExponentAndNoTrailingZeros) {
  EXPECT_EQ(fixed(12.3450), "12.345");
  EXPECT_EQ(fixed(1e9), "1000000000");
  EXPECT_EQ(fixed(-0.0001), "0");
}

TEST(Files, AtomicWriteReplacesTheContent) {
  auto const directory = make_temporary_directory().value();
  ASSERT_TRUE(write_file_atomically(directory / "file", "one").has_value());
  ASSERT_TRUE(write_file_atomically(directory / "file", "two").has_value());
  EXPECT_EQ(read_file(directory / "file").value_or(""), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 1);
  std::filesystem::remove_all(directory);
}

TEST(Files, AFailureNamesTheFile) {
  auto const result = read_file("/no/such/file");
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(describe(result.error()), HasSubstr("/no/such/file"));
  EXPECT_FALSE(write_file_atomically("/no/such/file", "x").has_value());
  EXPECT_FALSE(read_file("/").has_value());
}

TEST(Encoding, Sha256AndBase64) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  for (std::string const text : {"", "f", "fo", "foo", "foob"}) {
    EXPECT_EQ(base64_decode(base64_encode(text)).value_or("?"), text);
  }
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_FALSE(base64_decode("a").has_value());
  EXPECT_FALSE(base64_decode("?!!?").has_value());
}

TEST(ErrorText, SaysWhatWhereWhyAndWhatToDo) {
  Error const error{.kind = ErrorKind::postgres,
                    .what = "cannot connect",
                    .where = "orders-rw:5432",
                    .why = "too many clients",
                    .todo = "close some",
                    .code = "53300"};
  EXPECT_EQ(describe(error),
            "cannot connect: too many clients (orders-rw:5432) [SQLSTATE 53300]\n  to mend it: close some");
}

}  // namespace
}  // namespace pgdrill
