#include "harness/net/websocket.hpp"

#include <gmock/gmock.h>

#include "harness/net/websocket_frame.hpp"
#include "tests/unit/net/loopback.hpp"

namespace pgdrill::net {
namespace {

std::string payload_of(FrameDecoder& decoder) {
  auto const message = decoder.next();
  if (!message) return "error: " + message.error().why;
  return *message ? (*message)->payload : "(more)";
}

TEST(Frame, RoundTripsEverySizeForm) {
  for (std::size_t const size : {0U, 1U, 125U, 126U, 65'535U, 65'536U, 200'000U}) {
    std::string const payload(size, 'p');
    FrameDecoder server(true);
    server.feed(encode_frame(Opcode::binary, payload, 0xDEADBEEFU));
    EXPECT_EQ(payload_of(server), payload) << size;
    FrameDecoder client(false);
    client.feed(encode_frame(Opcode::text, payload));
    EXPECT_EQ(payload_of(client), payload) << size;
  }
}

TEST(Frame, BytesMayComeOneByOne) {
  FrameDecoder decoder(true);
  std::string const frame = encode_frame(Opcode::binary, std::string(300, 'z'), 7U);
  for (std::size_t i = 0; i + 1 < frame.size(); ++i) {
    decoder.feed(frame.substr(i, 1));
    ASSERT_EQ(payload_of(decoder), "(more)");
  }
  decoder.feed(frame.substr(frame.size() - 1));
  EXPECT_EQ(payload_of(decoder), std::string(300, 'z'));
}

std::string fragment(Opcode opcode, std::string const& payload) {
  std::string frame = encode_frame(opcode, payload);
  frame[0] = static_cast<char>(frame[0] & 0x7F);
  return frame;
}

TEST(Frame, FragmentsJoinAroundControlFrames) {
  FrameDecoder decoder(false);
  decoder.feed(fragment(Opcode::text, "one ") + encode_frame(Opcode::ping, "ping") +
               fragment(Opcode::continuation, "two ") + encode_frame(Opcode::continuation, "three"));
  EXPECT_EQ(payload_of(decoder), "ping");
  EXPECT_EQ(payload_of(decoder), "one two three");
  EXPECT_EQ(payload_of(decoder), "(more)");
}

TEST(Frame, ManyFragmentsNeedNoStack) {
  std::string bytes = fragment(Opcode::binary, "");
  for (int i = 0; i < 500'000; ++i) bytes += fragment(Opcode::continuation, "");
  FrameDecoder decoder(false);
  decoder.feed(bytes + encode_frame(Opcode::continuation, "end"));
  EXPECT_EQ(payload_of(decoder), "end");
}

TEST(Frame, AControlFrameDoesNotCountAgainstTheMessagesLimit) {
  FrameDecoder decoder(false, 10);
  decoder.feed(fragment(Opcode::binary, "0123456789") + encode_frame(Opcode::ping, "ping"));
  EXPECT_EQ(payload_of(decoder), "ping");
}

struct Broken {
  char const* name;
  std::string bytes;
  bool masked = false;
};
class BrokenFrame : public testing::TestWithParam<Broken> {};

TEST_P(BrokenFrame, IsAnError) {
  FrameDecoder decoder(GetParam().masked, 1000);
  decoder.feed(GetParam().bytes);
  EXPECT_THAT(payload_of(decoder), testing::StartsWith("error: "));
}

INSTANTIATE_TEST_SUITE_P(
    Protocol, BrokenFrame,
    testing::Values(Broken{"unmasked", encode_frame(Opcode::text, "x"), true},
                    Broken{"masked", encode_frame(Opcode::text, "x", 1U), false},
                    Broken{"reserved_bit", std::string("\xC1\x00", 2)},
                    Broken{"opcode", std::string("\x83\x00", 2)},
                    Broken{"long_ping", encode_frame(Opcode::ping, std::string(126, 'x'))},
                    Broken{"too_large", encode_frame(Opcode::binary, std::string(1001, 'x'))},
                    Broken{"huge_length", std::string("\x82\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10)},
                    Broken{"stray_continuation", encode_frame(Opcode::continuation, "x")}),
    [](auto const& test) { return test.param.name; });

Task<> serve_echo(std::unique_ptr<HttpServer> http) {
  Result<std::optional<HttpRequest>> request = co_await http->read();
  if (!is_websocket_upgrade(**request)) {
    HttpResponse refused{.status = 403, .body = "no"};
    static_cast<void>(co_await http->respond(std::move(refused)));
    co_return;
  }
  std::string const protocol = offered_protocols(**request).back();
  HttpRequest upgrade = std::move(**request);
  Result<std::unique_ptr<WebSocket>> socket =
      co_await WebSocket::accept(std::move(http), std::move(upgrade), protocol);
  while (true) {
    Result<WebSocketMessage> message = co_await (*socket)->read();
    if (!message || message->closed) co_return;
    static_cast<void>(co_await (*socket)->write(std::move(message->payload)));
  }
}

Task<std::vector<std::string>> talk() {
  net::Pair pair = co_await tls_pair();
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("server", serve_echo(HttpServer::over(std::move(pair.server))));
  std::vector<std::string> protocols;
  protocols.emplace_back("v4.channel.k8s.io");
  protocols.emplace_back("v5.channel.k8s.io");
  Result<std::unique_ptr<WebSocket>> socket = co_await WebSocket::connect(
      HttpClient::over(std::move(pair.client)), {.target = "/exec"}, std::move(protocols));
  std::vector<std::string> heard{(*socket)->protocol()};
  for (std::string const word : {"hello", "", "bye"}) {
    static_cast<void>(co_await (*socket)->write(word));
    Result<WebSocketMessage> const answer = co_await (*socket)->read();
    heard.push_back(answer->payload);
  }
  static_cast<void>(co_await (*socket)->close());
  Result<WebSocketMessage> const end = co_await (*socket)->read();
  heard.push_back(end->closed ? "(closed)" : "(open)");
  co_await scope.join();
  co_return heard;
}

TEST(WebSocketTest, AgreesOnAProtocolTalksAndCloses) {
  EXPECT_THAT(run_to_end(talk()), testing::ElementsAre("v5.channel.k8s.io", "hello", "", "bye", "(closed)"));
}

Task<> refuse(std::unique_ptr<HttpServer> http) {
  static_cast<void>(co_await http->read());
  HttpResponse refused{.status = 403, .body = "not for you"};
  static_cast<void>(co_await http->respond(std::move(refused)));
}

Task<Error> refused() {
  net::Pair pair = co_await plain_pair();
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("server", refuse(HttpServer::over(std::move(pair.server))));
  Result<std::unique_ptr<WebSocket>> const socket =
      co_await WebSocket::connect(HttpClient::over(std::move(pair.client)), {.target = "/exec"}, {});
  co_await scope.join();
  co_return socket.error();
}

TEST(WebSocketTest, ARefusalCarriesTheAnswer) {
  Error const error = run_to_end(refused());
  EXPECT_EQ(error.kind, ErrorKind::refused);
  EXPECT_EQ(error.status, 403);
  EXPECT_EQ(error.why, "not for you");
}

}  // namespace
}  // namespace pgdrill::net
