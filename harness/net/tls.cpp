#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <deque>

#include "harness/net/socket.hpp"
#include "harness/net/tcp_stream.hpp"

namespace pgdrill::net {

namespace {

using asio::ip::tcp;
using Handshake = asio::ssl::stream_base::handshake_type;

class TlsStream : public ByteStream {
 public:
  TlsStream(tcp::socket socket, std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)), stream_(std::move(socket), *context_) {}

  asio::ssl::stream<tcp::socket>& stream() { return stream_; }

  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    boost::system::error_code problem;
    std::size_t const count = co_await stream_.async_read_some(
        asio::buffer(into.data(), into.size()), asio::redirect_error(asio::use_awaitable, problem));
    // Many peers close without close_notify; HTTP and the channels' own framing tell a cut from an end.
    if (problem == asio::error::eof || problem == asio::ssl::error::stream_truncated) co_return 0;
    co_return stream_result(count, problem, "cannot read from the TLS connection");
  }

  Task<Result<std::size_t>> write_some(std::span<char const> from) override {
    boost::system::error_code problem;
    std::size_t const count = co_await stream_.async_write_some(
        asio::buffer(from.data(), from.size()), asio::redirect_error(asio::use_awaitable, problem));
    co_return stream_result(count, problem, "cannot write to the TLS connection");
  }

  Task<Result<>> shutdown_write() override {
    // Asio's engine cannot send close_notify alone; the FIN tells our own peer the same, and HTTP needs
    // neither.
    boost::system::error_code ignored;
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
    co_return Result<>();
  }

  bool at_rest() const override {
    // A close_notify, or an end without one.
    return nothing_to_read(const_cast<tcp::socket&>(stream_.next_layer()).native_handle());
  }

  void close() override {
    boost::system::error_code ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  std::shared_ptr<asio::ssl::context> context_;
  asio::ssl::stream<tcp::socket> stream_;
};

Error tls_error(std::string const& where, boost::system::error_code problem) {
  return {.kind = problem == asio::error::operation_aborted ? ErrorKind::cancelled : ErrorKind::unreachable,
          .what = "TLS handshake failed",
          .where = where,
          .why = problem.message()};
}

Error pem_error(std::string what, boost::system::error_code problem) {
  return {.kind = ErrorKind::invalid, .what = std::move(what), .why = problem.message()};
}

std::shared_ptr<asio::ssl::context> make_context() {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  return context;
}

Result<> add_identity(asio::ssl::context& context, std::string const& certificate, std::string const& key) {
  boost::system::error_code problem;
  context.use_certificate_chain(asio::buffer(certificate), problem);
  if (problem) return tl::make_unexpected(pem_error("cannot use the certificate", problem));
  context.use_private_key(asio::buffer(key), asio::ssl::context::pem, problem);
  if (problem) return tl::make_unexpected(pem_error("cannot use the certificate's key", problem));
  return {};
}

Result<std::shared_ptr<asio::ssl::context>> new_client_context(TlsClientOptions const& options) {
  auto context = make_context();
  boost::system::error_code problem;
  if (options.ca_pem.empty()) {
    context->set_default_verify_paths(problem);
  } else {
    context->add_certificate_authority(asio::buffer(options.ca_pem), problem);
  }
  if (problem) return tl::make_unexpected(pem_error("cannot use the trusted certificates", problem));
  if (!options.certificate_pem.empty())
    TRY_VOID(add_identity(*context, options.certificate_pem, options.key_pem));
  context->set_verify_mode(options.verify ? asio::ssl::verify_peer : asio::ssl::verify_none);
  return context;
}

bool same_trust(TlsClientOptions const& a, TlsClientOptions const& b) {
  return a.ca_pem == b.ca_pem && a.certificate_pem == b.certificate_pem && a.key_pem == b.key_pem &&
         a.verify == b.verify;
}

/// A context takes longer to make than a handshake does; most connections of a thread share one. An empty
/// `ca_pem` stands for the system's certificates, which are read once.
Result<std::shared_ptr<asio::ssl::context>> client_context(TlsClientOptions const& options) {
  struct Made {
    TlsClientOptions options;
    std::shared_ptr<asio::ssl::context> context;
  };
  constexpr std::size_t most = 4;
  static thread_local std::deque<Made> all;
  for (Made const& made : all) {
    if (same_trust(made.options, options)) return made.context;
  }
  TRY(std::shared_ptr<asio::ssl::context> context, new_client_context(options));
  all.push_front({options, context});
  if (all.size() > most) all.pop_back();
  return context;
}

Task<Result<std::unique_ptr<ByteStream>>> connect_and_shake(std::string host, std::uint16_t port,
                                                            TlsClientOptions options) {
  std::string const where = host + ":" + std::to_string(port);
  Result<std::shared_ptr<asio::ssl::context>> context = client_context(options);
  if (!context) co_return tl::make_unexpected(context.error());
  Result<std::unique_ptr<ByteStream>> plain = co_await connect_stream(host, port);
  if (!plain) co_return plain;
  auto tls = std::make_unique<TlsStream>(static_cast<TcpStream&>(**plain).release(), std::move(*context));
  std::string const name = options.server_name.empty() ? host : options.server_name;
  boost::system::error_code is_no_address;
  static_cast<void>(asio::ip::make_address(name, is_no_address));
  if (is_no_address) SSL_set_tlsext_host_name(tls->stream().native_handle(), name.c_str());
  if (options.verify) tls->stream().set_verify_callback(asio::ssl::host_name_verification(name));
  boost::system::error_code problem;
  co_await tls->stream().async_handshake(Handshake::client,
                                         asio::redirect_error(asio::use_awaitable, problem));
  if (problem) co_return tl::make_unexpected(tls_error(where, problem));
  std::unique_ptr<ByteStream> stream = std::move(tls);
  co_return stream;
}

class ServerTls : public TlsAcceptor {
 public:
  explicit ServerTls(std::shared_ptr<asio::ssl::context> context) : context_(std::move(context)) {}

  Task<Result<std::unique_ptr<ByteStream>>> handshake(std::unique_ptr<ByteStream> accepted) override {
    auto* const plain = dynamic_cast<TcpStream*>(accepted.get());
    if (plain == nullptr) {
      co_return fail({.kind = ErrorKind::internal, .what = "TLS is served on TCP connections only"});
    }
    auto tls = std::make_unique<TlsStream>(plain->release(), context_);
    boost::system::error_code problem;
    co_await tls->stream().async_handshake(Handshake::server,
                                           asio::redirect_error(asio::use_awaitable, problem));
    if (problem) co_return tl::make_unexpected(tls_error("an accepted connection", problem));
    std::unique_ptr<ByteStream> stream = std::move(tls);
    co_return stream;
  }

 private:
  std::shared_ptr<asio::ssl::context> context_;
};

}  // namespace

Task<Result<std::unique_ptr<ByteStream>>> connect_tls(std::string host, std::uint16_t port,
                                                      TlsClientOptions options, Duration limit) {
  std::string const where = host + ":" + std::to_string(port);
  Task<Result<std::unique_ptr<ByteStream>>> work =
      connect_and_shake(std::move(host), port, std::move(options));
  Result<std::unique_ptr<ByteStream>> stream =
      co_await with_deadline(std::move(work), limit, "cannot connect to " + where);
  co_return stream;
}

Result<std::unique_ptr<TlsAcceptor>> TlsAcceptor::create(TlsServerOptions const& options) {
  auto context = make_context();
  TRY_VOID(add_identity(*context, options.certificate_pem, options.key_pem));
  return std::make_unique<ServerTls>(std::move(context));
}

}  // namespace pgdrill::net
