#include "tests/unit/net/loopback.hpp"

#include <stdexcept>

namespace pgdrill::net {

namespace {

using namespace std::chrono_literals;
using Accepted = Result<std::unique_ptr<ByteStream>>;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

Task<> accept_one(Listener& listener, TlsAcceptor* tls, std::unique_ptr<ByteStream>& into) {
  Accepted plain = co_await listener.accept();
  into = must(std::move(plain));
  if (tls == nullptr) co_return;
  Accepted secured = co_await tls->handshake(std::move(into));
  into = must(std::move(secured));
}

Task<Pair> connect_pair(TlsAcceptor* tls, TlsClientOptions options) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  std::unique_ptr<Listener> const listener = must(Listener::bind(executor, "127.0.0.1", 0));
  Pair pair;
  Scope scope(executor);
  scope.spawn("accept", accept_one(*listener, tls, pair.server));
  Accepted client = tls == nullptr ? co_await connect_tcp("127.0.0.1", listener->port(), 5s)
                                   : co_await connect_tls("127.0.0.1", listener->port(), options, 5s);
  co_await scope.join();
  pair.client = must(std::move(client));
  co_return pair;
}

}  // namespace

Task<Pair> plain_pair() { return connect_pair(nullptr, {}); }

Task<Pair> tls_pair() {
  KeyPair const authority = must(make_authority("test"));
  KeyPair const server =
      must(make_certificate(authority, {.common_name = "server", .ip_addresses = {"127.0.0.1"}}));
  std::unique_ptr<TlsAcceptor> const tls =
      must(TlsAcceptor::create({server.certificate_pem, server.key_pem}));
  TlsClientOptions options{.ca_pem = authority.certificate_pem};
  Pair pair = co_await connect_pair(tls.get(), std::move(options));
  co_return pair;
}

}  // namespace pgdrill::net
