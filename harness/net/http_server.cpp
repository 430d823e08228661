#include <fmt/format.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <ctime>

#include "harness/net/http.hpp"
#include "harness/net/http_wire.hpp"

namespace pgdrill::net {

namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

constexpr std::size_t body_limit = std::size_t{8} << 20U;
constexpr std::uint32_t head_limit = 65'536;
constexpr std::size_t pipelined_limit = 65'536;

Error not_http(std::string why) {
  return {.kind = ErrorKind::invalid, .what = "the request is no HTTP", .why = std::move(why)};
}

std::string status_line(int status) {
  return fmt::format("HTTP/1.1 {} {}", status,
                     std::string_view(http::obsolete_reason(static_cast<http::status>(status))));
}

/// When the answer was made (RFC 9110, section 6.6.1), e.g. "Sun, 06 Nov 1994 08:49:37 GMT".
void add_date(Headers& headers) {
  if (!header(headers, "Date").empty()) return;
  std::time_t const now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  headers.emplace_back("Date", text);
}

class Server : public HttpServer {
 public:
  explicit Server(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

  Task<Result<std::optional<HttpRequest>>> read() override {
    Parser parser;
    parser.eager(true);
    parser.header_limit(head_limit);
    parser.body_limit(body_limit);
    bool begun = false;
    bool told_to_go_on = false;
    while (!parser.is_done()) {
      if (!buffer_.empty()) {
        begun = true;
        boost::system::error_code problem;
        std::string_view const data = buffer_.data();
        buffer_.consume(parser.put(boost::asio::buffer(data.data(), data.size()), problem));
        if (problem && problem != http::error::need_more)
          co_return tl::make_unexpected(not_http(problem.message()));
        if (parser.is_done()) break;
      }
      if (parser.is_header_done() && !told_to_go_on && parser.get()[http::field::expect] == "100-continue") {
        told_to_go_on = true;
        Result<> const told = co_await write_all(*stream_, "HTTP/1.1 100 Continue\r\n\r\n");
        if (!told) co_return tl::make_unexpected(told.error());
      }
      Result<bool> const filled = co_await buffer_.fill(*stream_);
      if (!filled) co_return tl::make_unexpected(filled.error());
      if (*filled) continue;
      if (!begun) co_return std::optional<HttpRequest>();
      co_return tl::make_unexpected(not_http("it was cut off"));
    }
    keep_alive_ = parser.keep_alive();
    co_return take_request(parser);
  }

  Task<Result<>> respond(HttpResponse response) override {
    bool const bodiless = response.status < 200 || response.status == 204 || response.status == 304;
    if (!bodiless) response.headers.emplace_back("Content-Length", std::to_string(response.body.size()));
    if (!keep_alive_ && response.status != 101) response.headers.emplace_back("Connection", "close");
    if (response.status >= 200) add_date(response.headers);
    std::string bytes = head_bytes(status_line(response.status), response.headers);
    if (!bodiless && !head_request_) bytes += response.body;
    co_return co_await write_all(*stream_, bytes);
  }

  Task<Result<>> start_chunks(HttpResponse head) override {
    head.headers.emplace_back("Transfer-Encoding", "chunked");
    if (!keep_alive_) head.headers.emplace_back("Connection", "close");
    add_date(head.headers);
    std::string const bytes = head_bytes(status_line(head.status), head.headers);
    co_return co_await write_all(*stream_, bytes);
  }

  Task<Result<>> send_chunk(std::string bytes) override {
    if (bytes.empty()) co_return Result<>();  // an empty chunk would be the end
    std::string const chunk = fmt::format("{:x}\r\n", bytes.size()) + bytes + "\r\n";
    co_return co_await write_all(*stream_, chunk);
  }

  Task<Result<>> end_chunks() override { co_return co_await write_all(*stream_, "0\r\n\r\n"); }

  bool keep_alive() const override { return keep_alive_; }

  Task<> closed_by_peer() override {
    while (buffer_.data().size() < pipelined_limit) {
      Result<bool> const filled = co_await buffer_.fill(*stream_);
      if (!filled || !*filled) co_return;
    }
  }

  std::unique_ptr<ByteStream> release() override { return with_prefix(buffer_.take(), std::move(stream_)); }

  void close() override {
    if (stream_) stream_->close();
  }

 private:
  HttpRequest take_request(Parser& parser) {
    auto& message = parser.get();
    HttpRequest request{.method = std::string(message.method_string()),
                        .target = std::string(message.target())};
    for (auto const& field : message)
      request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    request.body = std::move(message.body());
    head_request_ = request.method == "HEAD";
    return request;
  }

  std::unique_ptr<ByteStream> stream_;
  ReadBuffer buffer_;
  bool keep_alive_ = true;
  bool head_request_ = false;
};

}  // namespace

std::unique_ptr<HttpServer> HttpServer::over(std::unique_ptr<ByteStream> stream) {
  return std::make_unique<Server>(std::move(stream));
}

}  // namespace pgdrill::net
