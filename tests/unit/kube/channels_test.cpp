#include "harness/kube/channels.hpp"

#include <gmock/gmock.h>

#include "harness/kube/exec_state.hpp"
#include "harness/kube/forward_state.hpp"
#include "harness/kube/lines.hpp"

namespace pgdrill::kube {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

TEST(Channels, ExitStatusesComeBack) {
  for (int const code : {0, 1, 137}) {
    Result<int> const read = parse_exit_status(exit_status(code));
    ASSERT_TRUE(read) << code;
    EXPECT_EQ(*read, code);
  }
}

TEST(Channels, AFailureOfAnotherReasonIsAnError) {
  Result<int> const read = parse_exit_status(
      R"({"status":"Failure","message":"no such container","reason":"InternalError","code":500})");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "InternalError");
  EXPECT_EQ(read.error().status, 500);
  EXPECT_THAT(read.error().why, HasSubstr("no such container"));
  EXPECT_FALSE(parse_exit_status("no JSON"));
  EXPECT_FALSE(parse_exit_status(R"({"status":"Failure","reason":"NonZeroExitCode"})"));
}

TEST(Channels, AMessageIsTheChannelThenTheBytes) {
  EXPECT_EQ(channel_message(1, "a\0b"s), "\x01"s + "a\0b"s);
  EXPECT_EQ(close_message(0), "\xFF\0"s);
}

TEST(ExecState, TellsOutputAndTheEnd) {
  ExecState state;
  Result<std::optional<ExecSession::Output>> output = state.on_message("\x01"s);
  ASSERT_TRUE(output && !*output);
  output = state.on_message("\x02oops");
  ASSERT_TRUE(output && *output);
  EXPECT_EQ((*output)->channel, 2);
  EXPECT_EQ((*output)->bytes, "oops");
  output = state.on_message("\xFF\x01");
  ASSERT_TRUE(output && !*output);
  EXPECT_FALSE(state.ended());
  output = state.on_message("\x03" + exit_status(4));
  ASSERT_TRUE(output && *output);
  EXPECT_EQ((*output)->channel, 0);
  EXPECT_TRUE(state.ended());
  EXPECT_EQ(state.exit_code(), 4);
  EXPECT_TRUE(state.on_close());
}

TEST(ExecState, AnEarlyEndIsNotAnExitCode) {
  ExecState state;
  EXPECT_EQ(state.on_close().error().kind, ErrorKind::unreachable);
  EXPECT_EQ(state.on_message("\x09x").error().kind, ErrorKind::invalid);
  EXPECT_EQ(state.exit_code(), -1);
}

TEST(ForwardState, TakesThePortsThenData) {
  ForwardState state(5432);  // 0x1538
  EXPECT_EQ(state.on_message("\0\x38\x15"s).value(), "");
  EXPECT_EQ(state.on_message("\x01\x38\x15"s).value(), "");
  EXPECT_EQ(state.on_message("\0data"s).value(), "data");
  Result<std::string> const refused = state.on_message("\x01 connection refused\n"s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unreachable);
  EXPECT_EQ(refused.error().why, "connection refused");
}

TEST(ForwardState, RefusesWhatDoesNotBelongThere) {
  EXPECT_FALSE(ForwardState(5432).on_message(""));
  EXPECT_FALSE(ForwardState(5432).on_message("\x02\x38\x15"s));
  EXPECT_FALSE(ForwardState(5432).on_message("\0\x39\x15"s));
  EXPECT_FALSE(ForwardState(5432).on_message("\0data"s));
}

TEST(Lines, AreWholeWhereverThePiecesAreCut) {
  std::string const text = "one\ntwo\n\nthree";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Lines lines;
    lines.feed(std::string_view(text).substr(0, cut));
    lines.feed(std::string_view(text).substr(cut));
    EXPECT_EQ(lines.take(), "one") << cut;
    EXPECT_EQ(lines.take(), "two") << cut;
    EXPECT_EQ(lines.take(), "") << cut;
    EXPECT_EQ(lines.take(), std::nullopt) << cut;
    EXPECT_EQ(lines.take_rest(), "three") << cut;
  }
}

}  // namespace
}  // namespace pgdrill::kube
