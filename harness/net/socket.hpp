// TCP and TLS as ByteStreams. The one unit with Asio's TLS templates in it is socket.cpp.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "harness/base/byte_stream.hpp"

namespace pgdrill::net {

/// What a TLS client presents and trusts. All PEM, never file names.
struct TlsClientOptions {
  std::string ca_pem;           ///< trusted roots; empty: the system's
  std::string certificate_pem;  ///< client certificate, may be empty
  std::string key_pem;
  std::string server_name;  ///< name to verify and to send as SNI; empty: the host connected to
  bool verify = true;       ///< false only for `insecure-skip-tls-verify`
};

struct TlsServerOptions {
  std::string certificate_pem;
  std::string key_pem;
};

/// Errors: unreachable with the operating system's or OpenSSL's text, `where` is host:port. Bounded by
/// `limit`.
[[nodiscard]] Task<Result<std::unique_ptr<ByteStream>>> connect_tcp(std::string host, std::uint16_t port,
                                                                    Duration limit);
[[nodiscard]] Task<Result<std::unique_ptr<ByteStream>>> connect_tls(std::string host, std::uint16_t port,
                                                                    TlsClientOptions options, Duration limit);

/// A listening socket on one address.
class Listener {
 public:
  /// Port 0 takes a free one. Error: io with `where` = address:port.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> bind(asio::any_io_executor executor,
                                                              std::string const& address, std::uint16_t port);
  virtual ~Listener() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual Task<Result<std::unique_ptr<ByteStream>>>
  accept() = 0;  ///< plain TCP; cancelled after close()
  virtual void close() = 0;
};

/// The server's side of TLS on an accepted connection.
class TlsAcceptor {
 public:
  [[nodiscard]] static Result<std::unique_ptr<TlsAcceptor>> create(TlsServerOptions const& options);
  virtual ~TlsAcceptor() = default;
  [[nodiscard]] virtual Task<Result<std::unique_ptr<ByteStream>>> handshake(
      std::unique_ptr<ByteStream> accepted) = 0;
};

}  // namespace pgdrill::net
