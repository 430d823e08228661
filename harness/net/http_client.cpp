#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "harness/net/http.hpp"
#include "harness/net/http_wire.hpp"

namespace pgdrill::net {

namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::buffer_body>;

constexpr std::size_t body_limit = std::size_t{64} << 20U;
constexpr std::uint32_t head_limit = 65'536;

Error cut_off(std::string why) {
  return {.kind = ErrorKind::unreachable, .what = "the answer was cut off", .why = std::move(why)};
}

class Client : public HttpClient {
 public:
  explicit Client(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

  Task<Result<HttpResponse>> exchange(HttpRequest request) override {
    Result<HttpResponse> response = co_await start(std::move(request));
    if (!response) co_return response;
    while (true) {
      Result<std::string> const piece = co_await read_body();
      if (!piece) co_return tl::make_unexpected(piece.error());
      if (piece->empty()) co_return response;
      response->body += *piece;
      if (response->body.size() > body_limit) {
        co_return fail({.kind = ErrorKind::invalid, .what = "the answer is too large", .why = "over 64 MiB"});
      }
    }
  }

  Task<Result<HttpResponse>> start(HttpRequest request) override {
    clean_ = false;
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(head_limit);
    parser_->body_limit(boost::none);
    if (request.method == "HEAD") parser_->skip(true);
    Headers headers = std::move(request.headers);
    bool const has_body = !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
                          request.method == "PATCH";
    if (has_body) headers.emplace_back("Content-Length", std::to_string(request.body.size()));
    std::string bytes =
        head_bytes(request.method + " " + request.target + " HTTP/1.1", headers) + request.body;
    Result<> const written = co_await write_all(*stream_, bytes);
    if (!written) co_return tl::make_unexpected(written.error());
    co_return co_await read_head();
  }

  Task<Result<std::string>> read_body() override {
    std::vector<char> space(read_size);
    while (!parser_->is_done()) {
      if (!buffer_.empty()) {
        Result<std::size_t> const produced = parse_body(space);
        if (!produced) co_return tl::make_unexpected(produced.error());
        if (*produced > 0) co_return std::string(space.data(), *produced);
        if (parser_->is_done()) break;
      }
      Result<> const more = co_await read_more();
      if (!more) co_return tl::make_unexpected(more.error());
    }
    clean_ = buffer_.empty();
    co_return std::string();
  }

  bool reusable() const override {
    return clean_ && stream_ && parser_ && parser_->keep_alive() && stream_->at_rest();
  }

  std::unique_ptr<ByteStream> release() override { return with_prefix(buffer_.take(), std::move(stream_)); }

  void close() override {
    clean_ = false;
    if (stream_) stream_->close();
  }

 private:
  /// Feeds what is buffered to the parser; bytes that it does not take yet stay.
  boost::system::error_code put() {
    boost::system::error_code problem;
    std::string_view const data = buffer_.data();
    std::size_t const used = parser_->put(boost::asio::buffer(data.data(), data.size()), problem);
    buffer_.consume(used);
    return problem;
  }

  Task<Result<>> read_more() {
    Result<bool> const filled = co_await buffer_.fill(*stream_);
    if (!filled) co_return tl::make_unexpected(filled.error());
    if (*filled) co_return Result<>();
    boost::system::error_code problem;
    parser_->put_eof(problem);
    if (problem) co_return tl::make_unexpected(cut_off("the server closed the connection"));
    co_return Result<>();
  }

  Task<Result<HttpResponse>> read_head() {
    // The body's space must be there already: the parser may meet body bytes behind the head.
    parser_->get().body().data = nullptr;
    parser_->get().body().size = 0;
    parser_->get().body().more = true;
    while (!parser_->is_header_done()) {
      if (!buffer_.empty()) {
        boost::system::error_code const problem = put();
        bool const waiting = problem == http::error::need_more || problem == http::error::need_buffer;
        if (problem && !waiting) {
          co_return fail(
              {.kind = ErrorKind::invalid, .what = "the answer is no HTTP", .why = problem.message()});
        }
        if (parser_->is_header_done()) break;
      }
      Result<bool> const filled = co_await buffer_.fill(*stream_);
      if (!filled) co_return tl::make_unexpected(filled.error());
      if (!*filled)
        co_return tl::make_unexpected(cut_off("the server closed the connection before its answer"));
    }
    HttpResponse response{.status = static_cast<int>(parser_->get().result_int())};
    for (auto const& field : parser_->get()) {
      response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    co_return response;
  }

  Result<std::size_t> parse_body(std::vector<char>& space) {
    auto& body = parser_->get().body();
    body.data = space.data();
    body.size = space.size();
    body.more = true;
    boost::system::error_code const problem = put();
    bool const waiting = !problem || problem == http::error::need_more || problem == http::error::need_buffer;
    if (!waiting)
      return fail(
          {.kind = ErrorKind::invalid, .what = "the answer's body is no HTTP", .why = problem.message()});
    return space.size() - body.size;
  }

  std::unique_ptr<ByteStream> stream_;
  ReadBuffer buffer_;
  std::optional<Parser> parser_;
  bool clean_ = false;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::over(std::unique_ptr<ByteStream> stream) {
  return std::make_unique<Client>(std::move(stream));
}

}  // namespace pgdrill::net
