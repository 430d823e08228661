#include <algorithm>

#include "harness/net/http.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

using namespace pgdrill;

// Gives its bytes in pieces, takes whatever is written.
class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(std::string_view bytes) : bytes_(bytes) {}
  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    std::size_t const count = std::min({into.size(), bytes_.size(), std::size_t{7}});
    std::copy_n(bytes_.data(), count, into.data());
    bytes_.remove_prefix(count);
    co_return count;
  }
  Task<Result<std::size_t>> write_some(std::span<char const> from) override { co_return from.size(); }
  Task<Result<>> shutdown_write() override { co_return Result<>(); }
  void close() override { bytes_ = {}; }

 private:
  std::string_view bytes_;
};

Task<> serve(std::string_view bytes) {
  auto const server = net::HttpServer::over(std::make_unique<MemoryStream>(bytes));
  while (server->keep_alive()) {
    Result<std::optional<net::HttpRequest>> const request = co_await server->read();
    if (!request || !*request) co_return;
    fuzz::require(!(*request)->method.empty(), "a request has a method");
    static_cast<void>(net::parse_query((*request)->target));
  }
}

Task<> ask(std::string_view bytes) {
  auto const client = net::HttpClient::over(std::make_unique<MemoryStream>(bytes));
  net::HttpRequest request;
  Result<net::HttpResponse> const response = co_await client->exchange(std::move(request));
  if (!response) fuzz::require(!client->reusable(), "a broken connection is not used again");
}

}  // namespace

FUZZ_TARGET(http_head) {
  run_to_end(serve(input));
  run_to_end(ask(input));
  fuzz::require(net::percent_decode(net::percent_encode(input)) == input, "percent coding goes both ways");
}
