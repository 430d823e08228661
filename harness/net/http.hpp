// HTTP/1.1 over a ByteStream, both sides: one code for the Kubernetes client, the sandbox's server and
// /metrics. Beast's parser and serializer do the work, in http.cpp alone.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/byte_stream.hpp"

namespace pgdrill::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The first header of that name, without regard to case; empty when missing.
[[nodiscard]] std::string_view header(Headers const& headers, std::string_view name);

/// What sort of failure an HTTP status tells: 401, 403 refused; 404 not_found; 409 conflict; 410 gone; 408,
/// 504 timeout; 429 and 5xx unreachable; others invalid.
[[nodiscard]] ErrorKind kind_of_status(int http_status);

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  ///< path and query, percent-encoded
  Headers headers;
  std::string body;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
};

/// The client's side of one connection. One exchange at a time.
class HttpClient {
 public:
  [[nodiscard]] static std::unique_ptr<HttpClient> over(std::unique_ptr<ByteStream> stream);
  virtual ~HttpClient() = default;

  /// Sends and reads the whole answer (body up to 64 MiB).
  [[nodiscard]] virtual Task<Result<HttpResponse>> exchange(HttpRequest request) = 0;
  /// Sends and reads the head only (`body` stays empty); the body comes by read_body. For watches and logs.
  [[nodiscard]] virtual Task<Result<HttpResponse>> start(HttpRequest request) = 0;
  /// The next piece of the body as it arrives; empty text at its end.
  [[nodiscard]] virtual Task<Result<std::string>> read_body() = 0;
  /// True when the last exchange ended cleanly and the server keeps the connection.
  [[nodiscard]] virtual bool reusable() const = 0;
  /// After a 101: gives the stream away, with what was read beyond the head still readable from it.
  [[nodiscard]] virtual std::unique_ptr<ByteStream> release() = 0;
  virtual void close() = 0;
};

/// The server's side of one connection.
class HttpServer {
 public:
  [[nodiscard]] static std::unique_ptr<HttpServer> over(std::unique_ptr<ByteStream> stream);
  virtual ~HttpServer() = default;

  /// The next request with its body (up to 8 MiB), or nothing when the client has closed. `invalid` for what
  /// is no HTTP (answer 400 and close).
  [[nodiscard]] virtual Task<Result<std::optional<HttpRequest>>> read() = 0;
  /// Sends a whole answer; Content-Length is added.
  [[nodiscard]] virtual Task<Result<>> respond(HttpResponse response) = 0;
  /// Sends the head of a chunked answer; then any number of send_chunk, then end_chunks.
  [[nodiscard]] virtual Task<Result<>> start_chunks(HttpResponse head) = 0;
  [[nodiscard]] virtual Task<Result<>> send_chunk(std::string bytes) = 0;
  [[nodiscard]] virtual Task<Result<>> end_chunks() = 0;
  /// False once the client or we asked to close.
  [[nodiscard]] virtual bool keep_alive() const = 0;
  /// Ends when the peer closes the connection (used beside a chunked answer so that a watch ends with its
  /// client).
  [[nodiscard]] virtual Task<> closed_by_peer() = 0;
  /// After sending 101 with respond: gives the stream away.
  [[nodiscard]] virtual std::unique_ptr<ByteStream> release() = 0;
  virtual void close() = 0;
};

/// Percent-encodes a path segment or a query value (RFC 3986).
[[nodiscard]] std::string percent_encode(std::string_view text);
[[nodiscard]] std::string percent_decode(std::string_view text);
/// Decoded parameters of "?a=1&b=2" in order; a name may come more than once.
[[nodiscard]] Headers parse_query(std::string_view target);
[[nodiscard]] std::string path_of(std::string_view target);  ///< target without its query, still encoded

}  // namespace pgdrill::net
