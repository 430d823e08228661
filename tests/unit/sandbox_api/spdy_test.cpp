#include <gtest/gtest.h>
#include <zlib.h>

#include "harness/sandbox/api/spdy_dictionary.hpp"
#include "harness/sandbox/api/spdy_frame.hpp"

namespace pgdrill::sandbox {
namespace {

std::vector<SpdyFrame> decode_all(SpdyDecoder& decoder) {
  std::vector<SpdyFrame> frames;
  while (true) {
    auto frame = decoder.next();
    EXPECT_TRUE(frame);
    if (!frame || !frame->has_value()) return frames;
    frames.push_back(**frame);
  }
}

TEST(SpdyDictionary, IsTheOneOfTheDraft) {
  auto const& dictionary = spdy_dictionary();
  EXPECT_EQ(dictionary.size(), 1423U);
  auto const sum = adler32(adler32(0, nullptr, 0), reinterpret_cast<Bytef const*>(dictionary.data()),
                           static_cast<uInt>(dictionary.size()));
  EXPECT_EQ(sum, 0xe3c6a7c2U) << "the number that every SPDY/3 peer names in its first header block";
}

TEST(SpdyFrame, HeaderBlocksShareOneContext) {
  SpdyEncoder encoder;
  SpdyDecoder decoder;
  decoder.feed(encoder.open_stream(1, {{"streamType", "error"}, {"port", "5432"}, {"requestID", "0"}}));
  decoder.feed(encoder.open_stream(3, {{"streamType", "data"}, {"port", "5432"}, {"requestID", "0"}}));
  auto const frames = decode_all(decoder);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].type, SpdyFrame::Type::open_stream);
  EXPECT_EQ(frames[0].stream, 1U);
  EXPECT_EQ(frames[0].headers.at("streamtype"), "error");
  EXPECT_EQ(frames[1].stream, 3U);
  EXPECT_EQ(frames[1].headers.at("streamtype"), "data");
  EXPECT_EQ(frames[1].headers.at("requestid"), "0");
}

TEST(SpdyFrame, ComeOutWholeHoweverTheyArrive) {
  std::string const bytes =
      SpdyEncoder::data(3, "select 1") + SpdyEncoder::data(3, "", true) + SpdyEncoder::ping(7);
  SpdyDecoder decoder;
  std::vector<SpdyFrame> frames;
  for (char const byte : bytes) {
    decoder.feed({&byte, 1});
    for (auto& frame : decode_all(decoder)) frames.push_back(frame);
  }
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].payload, "select 1");
  EXPECT_FALSE(frames[0].fin);
  EXPECT_TRUE(frames[1].fin);
  EXPECT_EQ(frames[2].type, SpdyFrame::Type::ping);
  EXPECT_EQ(frames[2].stream, 7U);
}

TEST(SpdyFrame, NonsenseIsRefused) {
  SpdyDecoder other_version;
  other_version.feed(std::string("\x80\x02\x00\x01\x00\x00\x00\x00", 8));
  EXPECT_FALSE(other_version.next());
  SpdyDecoder bad_block;
  bad_block.feed(std::string("\x80\x03\x00\x02\x00\x00\x00\x08\x00\x00\x00\x01zzzz", 16));
  EXPECT_FALSE(bad_block.next());
}

}  // namespace
}  // namespace pgdrill::sandbox
