#include "harness/net/socket.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>

#include "harness/net/tcp_stream.hpp"

namespace pgdrill::net {

namespace {

using asio::ip::tcp;

Error connect_error(std::string const& host, std::uint16_t port, boost::system::error_code problem) {
  return {.kind = problem == asio::error::operation_aborted ? ErrorKind::cancelled : ErrorKind::unreachable,
          .what = "cannot connect",
          .where = host + ":" + std::to_string(port),
          .why = problem.message()};
}

/// A watch, a running command or a forwarded port may be silent for hours: that the other machine has gone
/// without a word is noticed by probes alone (tcp(7)), here within half a minute.
void notice_silent_death(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  auto const set = [&socket](int option, int value) {
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
  };
  set(TCP_KEEPIDLE, 15);
  set(TCP_KEEPINTVL, 5);
  set(TCP_KEEPCNT, 3);
}

Task<Result<tcp::socket>> open_socket(std::string host, std::uint16_t port) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  tcp::socket socket(executor);
  boost::system::error_code problem;
  asio::ip::address const address = asio::ip::make_address(host, problem);
  if (!problem) {
    co_await socket.async_connect(tcp::endpoint(address, port),
                                  asio::redirect_error(asio::use_awaitable, problem));
  } else {
    tcp::resolver resolver(executor);
    tcp::resolver::results_type const endpoints = co_await resolver.async_resolve(
        host, std::to_string(port), asio::redirect_error(asio::use_awaitable, problem));
    if (!problem)
      co_await asio::async_connect(socket, endpoints, asio::redirect_error(asio::use_awaitable, problem));
  }
  if (problem) co_return tl::make_unexpected(connect_error(host, port, problem));
  socket.set_option(tcp::no_delay(true), problem);
  notice_silent_death(socket);
  co_return std::move(socket);
}

class TcpListener : public Listener {
 public:
  TcpListener(tcp::acceptor acceptor)
      : acceptor_(std::move(acceptor)), port_(acceptor_.local_endpoint().port()) {}

  std::uint16_t port() const override { return port_; }
  void close() override {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }

  Task<Result<std::unique_ptr<ByteStream>>> accept() override {
    boost::system::error_code problem;
    tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, problem));
    if (problem) {
      bool const closed = problem == asio::error::operation_aborted || problem == asio::error::bad_descriptor;
      co_return fail({.kind = closed ? ErrorKind::cancelled : ErrorKind::io,
                      .what = "cannot accept a connection",
                      .why = problem.message()});
    }
    socket.set_option(tcp::no_delay(true), problem);
    std::unique_ptr<ByteStream> stream = std::make_unique<TcpStream>(std::move(socket));
    co_return stream;
  }

 private:
  tcp::acceptor acceptor_;
  std::uint16_t port_;
};

}  // namespace

Result<std::size_t> stream_result(std::size_t count, boost::system::error_code problem,
                                  std::string_view what) {
  if (!problem) return count;
  bool const closed = problem == asio::error::operation_aborted || problem == asio::error::bad_descriptor;
  return fail({.kind = closed ? ErrorKind::cancelled : ErrorKind::unreachable,
               .what = std::string(what),
               .why = problem.message()});
}

Task<Result<std::size_t>> TcpStream::read_some(std::span<char> into) {
  boost::system::error_code problem;
  std::size_t const count = co_await socket_.async_read_some(
      asio::buffer(into.data(), into.size()), asio::redirect_error(asio::use_awaitable, problem));
  if (problem == asio::error::eof) co_return 0;
  co_return stream_result(count, problem, "cannot read from the connection");
}

Task<Result<std::size_t>> TcpStream::write_some(std::span<char const> from) {
  boost::system::error_code problem;
  std::size_t const count = co_await socket_.async_write_some(
      asio::buffer(from.data(), from.size()), asio::redirect_error(asio::use_awaitable, problem));
  co_return stream_result(count, problem, "cannot write to the connection");
}

Task<Result<>> TcpStream::shutdown_write() {
  boost::system::error_code ignored;  // the peer may be gone already, which the next read tells
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  co_return Result<>();
}

bool nothing_to_read(int socket) {
  char byte = 0;
  ssize_t const count = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool TcpStream::at_rest() const {
  // Asio's handle of a const socket is not to be had.
  return nothing_to_read(const_cast<tcp::socket&>(socket_).native_handle());
}

void TcpStream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

Task<Result<std::unique_ptr<ByteStream>>> connect_stream(std::string host, std::uint16_t port) {
  Result<tcp::socket> socket = co_await open_socket(std::move(host), port);
  if (!socket) co_return tl::make_unexpected(socket.error());
  std::unique_ptr<ByteStream> stream = std::make_unique<TcpStream>(std::move(*socket));
  co_return stream;
}

Task<Result<std::unique_ptr<ByteStream>>> connect_tcp(std::string host, std::uint16_t port, Duration limit) {
  std::string const where = host + ":" + std::to_string(port);
  Result<std::unique_ptr<ByteStream>> stream =
      co_await with_deadline(connect_stream(std::move(host), port), limit, "cannot connect to " + where);
  co_return stream;
}

Result<std::unique_ptr<Listener>> Listener::bind(asio::any_io_executor executor, std::string const& address,
                                                 std::uint16_t port) {
  boost::system::error_code problem;
  tcp::acceptor acceptor(executor);
  asio::ip::address const parsed = asio::ip::make_address(address, problem);
  tcp::endpoint const endpoint(parsed, port);
  if (!problem) acceptor.open(endpoint.protocol(), problem);
  if (!problem) acceptor.set_option(tcp::acceptor::reuse_address(true), problem);
  if (!problem) acceptor.bind(endpoint, problem);
  if (!problem) acceptor.listen(asio::socket_base::max_listen_connections, problem);
  if (problem) {
    return fail({.kind = ErrorKind::io,
                 .what = "cannot listen",
                 .where = address + ":" + std::to_string(port),
                 .why = problem.message()});
  }
  return std::make_unique<TcpListener>(std::move(acceptor));
}

}  // namespace pgdrill::net
