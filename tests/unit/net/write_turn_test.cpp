#include "harness/net/write_turn.hpp"

#include <gmock/gmock.h>
#include <openssl/sha.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "harness/base/files.hpp"
#include "harness/net/http.hpp"
#include "harness/net/websocket.hpp"
#include "harness/net/websocket_frame.hpp"
#include "tests/unit/net/loopback.hpp"

namespace pgdrill::net {
namespace {

using testing::ElementsAre;

Task<> note_turn(WriteTurn& turn, ByteStream& stream, std::vector<int>& order, int number,
                 Duration hold_for) {
  co_await turn.take();
  WriteTurn::Hold hold(turn, stream);
  order.push_back(number);
  co_await sleep_for(hold_for);
  hold.written(Result<>());
}

Task<> in_order(std::vector<int>& order) {
  Pair pair = co_await plain_pair();
  WriteTurn turn(co_await asio::this_coro::executor);
  Scope scope(co_await asio::this_coro::executor);
  for (int number = 0; number < 3; ++number) {
    scope.spawn("writer", note_turn(turn, *pair.client, order, number, std::chrono::milliseconds(1)));
  }
  // Comes while the others wait, and between the first's end and the second's turn.
  co_await sleep_for(std::chrono::milliseconds(1));
  scope.spawn("late", note_turn(turn, *pair.client, order, 3, {}));
  co_await scope.join();
  EXPECT_FALSE(turn.taken());
}

TEST(WriteTurn, GoesRoundInTheOrderOfAsking) {
  std::vector<int> order;
  run_to_end(in_order(order));
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
}

Task<> give_up_waiting(std::vector<int>& order) {
  Pair pair = co_await plain_pair();
  WriteTurn turn(co_await asio::this_coro::executor);
  Scope holder(co_await asio::this_coro::executor);
  Scope waiter(co_await asio::this_coro::executor);
  holder.spawn("holder", note_turn(turn, *pair.client, order, 0, std::chrono::milliseconds(30)));
  co_await sleep_for({});
  waiter.spawn("waiter", note_turn(turn, *pair.client, order, 1, {}));
  co_await sleep_for({});
  waiter.cancel();
  co_await waiter.join();
  co_await note_turn(turn, *pair.client, order, 2, {});
  co_await holder.join();
  EXPECT_FALSE(turn.taken());
}

TEST(WriteTurn, WhoStopsWaitingHoldsNobodyUp) {
  std::vector<int> order;
  run_to_end(give_up_waiting(order));
  EXPECT_THAT(order, ElementsAre(0, 2));
}

/// As a port-forward's pump when the program ends in the middle of what it sends.
Task<> end_with_a_write_under_way(std::vector<int>& order) {
  auto pair = std::make_unique<Pair>(co_await plain_pair());
  auto turn = std::make_unique<WriteTurn>(co_await asio::this_coro::executor);
  asio::co_spawn(co_await asio::this_coro::executor,
                 note_turn(*turn, *pair->client, order, 0, std::chrono::hours(1)), asio::detached);
  while (order.empty()) co_await sleep_for(std::chrono::milliseconds(1));
  turn.reset();
  pair.reset();
}

TEST(WriteTurn, OfAConnectionThatIsGoneIsLeftAloneWhenTheLoopEnds) {
  std::vector<int> order;
  run_to_end(end_with_a_write_under_way(order));
  EXPECT_THAT(order, ElementsAre(0));
}

Task<Error> write_in_the_middle(Pair& pair) {
  WriteTurn turn(co_await asio::this_coro::executor);
  {
    co_await turn.take();
    WriteTurn::Hold const hold(turn, *pair.client);
    // Nothing is reported as written: it was cut off.
  }
  Result<> const written = co_await write_all(*pair.client, "x");
  co_return written ? Error() : written.error();
}

Task<> cut_off() {
  Pair pair = co_await plain_pair();
  Error const error = co_await write_in_the_middle(pair);
  EXPECT_EQ(error.kind, ErrorKind::cancelled);
}

TEST(WriteTurn, AFrameThatWasCutOffEndsTheStream) { run_to_end(cut_off()); }

/// Sec-WebSocket-Accept (RFC 6455, 4.2.2).
std::string accept_for(std::string_view key) {
  std::string const text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::string digest(20, '\0');
  SHA1(reinterpret_cast<unsigned char const*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(digest.data()));
  return base64_encode(digest);
}

/// Takes the upgrade, sends a ping and a message, and reads nothing until the client has read the message.
Task<> ping_and_wait(std::unique_ptr<HttpServer> http, bool const& heard, std::string& bytes) {
  Result<std::optional<HttpRequest>> request = co_await http->read();
  HttpResponse switching{
      .status = 101,
      .headers = {{"Connection", "Upgrade"},
                  {"Upgrade", "websocket"},
                  {"Sec-WebSocket-Accept", accept_for(header((*request)->headers, "Sec-WebSocket-Key"))}}};
  static_cast<void>(co_await http->respond(std::move(switching)));
  std::unique_ptr<ByteStream> const stream = http->release();
  std::string const frames =
      encode_frame(Opcode::ping, "are you there") + encode_frame(Opcode::binary, "data");
  static_cast<void>(co_await write_all(*stream, frames));
  while (!heard) co_await sleep_for(std::chrono::milliseconds(1));
  Result<std::string> const all = co_await read_all(*stream);
  bytes = all.value_or("");
}

constexpr std::size_t more_than_the_buffers_hold = std::size_t{32} << 20U;

Task<> write_much(WebSocket& socket) {
  static_cast<void>(co_await socket.write(std::string(more_than_the_buffers_hold, 'x')));
  socket.abort();
}

Task<> ping_during_a_write(std::string& bytes) {
  Pair pair = co_await plain_pair();
  bool heard = false;
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("server", ping_and_wait(HttpServer::over(std::move(pair.server)), heard, bytes));
  Result<std::unique_ptr<WebSocket>> const socket =
      co_await WebSocket::connect(HttpClient::over(std::move(pair.client)), {.target = "/"}, {});
  scope.spawn("writer", write_much(**socket));
  co_await sleep_for({});
  Result<WebSocketMessage> const message =
      co_await with_deadline((*socket)->read(), std::chrono::seconds(10), "the read waits for the write");
  EXPECT_TRUE(message && message->payload == "data");
  heard = true;
  if (!message) (*socket)->abort();
  co_await scope.join();
}

TEST(WebSocketPing, DuringAWriteDoesNotStopTheReading) {
  std::string bytes;
  run_to_end(ping_during_a_write(bytes));
  FrameDecoder decoder(true, more_than_the_buffers_hold);
  decoder.feed(bytes);
  Result<std::optional<FrameMessage>> frame = decoder.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->opcode, Opcode::binary);
  frame = decoder.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->opcode, Opcode::pong);
  EXPECT_EQ((*frame)->payload, "are you there");
}

}  // namespace
}  // namespace pgdrill::net
