// A TCP connection as a ByteStream; in a header of its own because TLS takes its socket over.
#pragma once
#include <boost/asio/ip/tcp.hpp>

#include "harness/base/byte_stream.hpp"

namespace pgdrill::net {

class TcpStream : public ByteStream {
 public:
  explicit TcpStream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
  Task<Result<std::size_t>> read_some(std::span<char> into) override;
  Task<Result<std::size_t>> write_some(std::span<char const> from) override;
  Task<Result<>> shutdown_write() override;
  [[nodiscard]] bool at_rest() const override;
  void close() override;
  /// Gives the socket away; the stream must not be used any more.
  [[nodiscard]] asio::ip::tcp::socket release() { return std::move(socket_); }

 private:
  asio::ip::tcp::socket socket_;
};

/// Whether the socket is open, with nothing to read.
[[nodiscard]] bool nothing_to_read(int socket);

/// Connects without a deadline of its own.
[[nodiscard]] Task<Result<std::unique_ptr<ByteStream>>> connect_stream(std::string host, std::uint16_t port);

/// An operation's count, or its error: cancelled when we closed the stream, else unreachable.
[[nodiscard]] Result<std::size_t> stream_result(std::size_t count, boost::system::error_code problem,
                                                std::string_view what);

}  // namespace pgdrill::net
