#include "harness/net/socket.hpp"

#include <gmock/gmock.h>

#include "tests/unit/net/loopback.hpp"

namespace pgdrill::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Task<> send(ByteStream& stream, std::string bytes) {
  EXPECT_TRUE((co_await write_all(stream, bytes)).has_value());
  EXPECT_TRUE((co_await stream.shutdown_write()).has_value());
}

Task<std::string> exchange(Task<Pair> connect) {
  Pair pair = co_await std::move(connect);
  std::string const large(2'000'000, 'x');
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("send", send(*pair.client, large + "end"));
  scope.spawn("send back", send(*pair.server, "answer"));
  Result<std::string> const got = co_await read_all(*pair.server);
  Result<std::string> const back = co_await read_all(*pair.client);
  co_await scope.join();
  co_return got.value() == large + "end" ? back.value() : "wrong bytes: " + std::to_string(got->size());
}

TEST(Tcp, CarriesBytesBothWaysWithHalfClose) { EXPECT_EQ(run_to_end(exchange(plain_pair())), "answer"); }

TEST(Tls, CarriesBytesBothWaysWithHalfClose) { EXPECT_EQ(run_to_end(exchange(tls_pair())), "answer"); }

Task<Result<std::unique_ptr<ByteStream>>> connect_with(TlsClientOptions options) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  KeyPair const authority = make_authority("the right one").value();
  KeyPair const certificate =
      make_certificate(authority, {.common_name = "server", .dns_names = {"server"}}).value();
  auto const tls = TlsAcceptor::create({certificate.certificate_pem, certificate.key_pem}).value();
  auto const listener = Listener::bind(executor, "127.0.0.1", 0).value();
  if (options.ca_pem == "right") options.ca_pem = authority.certificate_pem;
  std::function<Task<>()> serve = [&]() -> Task<> {
    Result<std::unique_ptr<ByteStream>> plain = co_await listener->accept();
    static_cast<void>(co_await tls->handshake(std::move(*plain)));
  };
  Scope scope(executor);
  scope.spawn("serve", serve());
  Result<std::unique_ptr<ByteStream>> stream =
      co_await connect_tls("127.0.0.1", listener->port(), options, 5s);
  if (stream) (*stream)->close();
  co_await scope.join();
  co_return stream;
}

TEST(Tls, TrustsOnlyItsOwnAuthorityAndName) {
  EXPECT_TRUE(run_to_end(connect_with({.ca_pem = "right", .server_name = "server"})).has_value());
  EXPECT_FALSE(run_to_end(connect_with({.ca_pem = "right", .server_name = "other"})).has_value());
  EXPECT_FALSE(run_to_end(connect_with({.ca_pem = "right"})).has_value());  // the address is no name of it
  std::string const other = make_authority("another").value().certificate_pem;
  auto const refused = run_to_end(connect_with({.ca_pem = other, .server_name = "server"}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::unreachable);
  EXPECT_THAT(refused.error().why, HasSubstr("certificate verify failed"));
  EXPECT_TRUE(run_to_end(connect_with({.ca_pem = other, .server_name = "x", .verify = false})).has_value());
}

TEST(Tls, RefusesWhatIsNoPem) {
  EXPECT_EQ(TlsAcceptor::create({"nonsense", "nonsense"}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(make_certificate({"nonsense", "nonsense"}, {.common_name = "x"}).error().kind,
            ErrorKind::invalid);
}

Task<Error> connect_to_nobody() {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  auto listener = Listener::bind(executor, "127.0.0.1", 0).value();
  std::uint16_t const port = listener->port();
  listener.reset();
  Result<std::unique_ptr<ByteStream>> stream = co_await connect_tcp("127.0.0.1", port, 5s);
  co_return stream.error();
}

TEST(Tcp, ARefusedConnectionNamesItsAddress) {
  Error const error = run_to_end(connect_to_nobody());
  EXPECT_EQ(error.kind, ErrorKind::unreachable);
  EXPECT_THAT(error.where, HasSubstr("127.0.0.1:"));
  EXPECT_THAT(error.why, HasSubstr("refused"));
}

Task<Error> bind_twice() {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  auto const listener = Listener::bind(executor, "127.0.0.1", 0).value();
  co_return Listener::bind(executor, "127.0.0.1", listener->port()).error();
}

TEST(Tcp, ABusyPortIsAnError) { EXPECT_THAT(run_to_end(bind_twice()).why, HasSubstr("in use")); }

Task<> read_until_closed(ByteStream& stream, std::optional<ErrorKind>& kind) {
  std::vector<char> buffer(10);
  Result<std::size_t> const count = co_await stream.read_some(buffer);
  if (!count) kind = count.error().kind;
}

Task<std::optional<ErrorKind>> close_while_reading(Task<Pair> connect) {
  Pair const pair = co_await std::move(connect);
  std::optional<ErrorKind> kind;
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("read", read_until_closed(*pair.client, kind));
  co_await sleep_for(1ms);  // let the read begin
  pair.client->close();
  co_await scope.join();
  co_return kind;
}

TEST(Tcp, CloseEndsAPendingRead) {
  EXPECT_EQ(run_to_end(close_while_reading(plain_pair())), ErrorKind::cancelled);
}
TEST(Tls, CloseEndsAPendingRead) {
  EXPECT_EQ(run_to_end(close_while_reading(tls_pair())), ErrorKind::cancelled);
}

Task<Result<>> read_forever() {
  Pair const pair = co_await tls_pair();
  std::vector<char> buffer(10);
  static_cast<void>(co_await pair.client->read_some(buffer));
  co_return Result<>();
}

TEST(Tls, ADeadlineEndsAPendingRead) {
  Result<> const result = run_to_end(with_deadline(read_forever(), 50ms, "reading"));
  // The read reports that it was cancelled; whether as value or by the deadline's own error, it ends.
  if (!result) EXPECT_EQ(result.error().kind, ErrorKind::timeout);
}

}  // namespace
}  // namespace pgdrill::net
