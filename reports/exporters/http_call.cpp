#include "reports/exporters/http_call.hpp"

#include <boost/url/parse.hpp>

#include "harness/net/socket.hpp"

namespace pgdrill::reports {

namespace {

struct Address {
  std::string host;
  std::uint16_t port = 80;
  bool tls = false;
  std::string target;
};

Result<Address> address_of(std::string const& url) {
  auto const parsed = boost::urls::parse_uri(url);
  bool const usable = parsed && (parsed->scheme() == "http" || parsed->scheme() == "https") &&
                      !parsed->host().empty() && !parsed->has_userinfo();
  if (!usable) {
    return fail({.kind = ErrorKind::usage,
                 .what = "this URL cannot be used",
                 .where = url,
                 .why = "it must be http://HOST:PORT or https://HOST:PORT, without a user",
                 .todo = "for example http://127.0.0.1:9091"});
  }
  Address address{.host = parsed->host_address(), .tls = parsed->scheme() == "https"};
  address.port = parsed->has_port() ? parsed->port_number() : address.tls ? 443 : 80;
  address.target = std::string(parsed->encoded_path());
  if (address.target.empty()) address.target = "/";
  if (parsed->has_query()) address.target += "?" + std::string(parsed->encoded_query());
  return address;
}

Task<Result<std::unique_ptr<ByteStream>>> connect(Address address, Duration limit) {
  if (!address.tls) co_return co_await net::connect_tcp(address.host, address.port, limit);
  net::TlsClientOptions options;
  co_return co_await net::connect_tls(address.host, address.port, std::move(options), limit);
}

Task<Result<net::HttpResponse>> exchange(Address address, HttpCall call) {
  Result<std::unique_ptr<ByteStream>> stream = co_await connect(address, call.limit);
  if (!stream) co_return tl::make_unexpected(stream.error());
  std::unique_ptr<net::HttpClient> const client = net::HttpClient::over(std::move(*stream));
  net::HttpRequest request{
      .method = call.method,
      .target = address.target,
      .headers = {{"Host", address.host + ":" + std::to_string(address.port)}, {"Connection", "close"}},
      .body = std::move(call.body)};
  if (!call.content_type.empty()) request.headers.emplace_back("Content-Type", call.content_type);
  Result<net::HttpResponse> response = co_await client->exchange(std::move(request));
  client->close();
  co_return response;
}

}  // namespace

Task<Result<net::HttpResponse>> http_call(HttpCall call) {
  Result<Address> const address = address_of(call.url);
  if (!address) co_return tl::make_unexpected(address.error());
  Duration const limit = call.limit;
  std::string const where = call.url;
  Task<Result<net::HttpResponse>> work = exchange(*address, std::move(call));
  Result<net::HttpResponse> response =
      co_await with_deadline(std::move(work), limit, "no answer from " + where);
  co_return response;
}

}  // namespace pgdrill::reports
