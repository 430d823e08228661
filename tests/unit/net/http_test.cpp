#include "harness/net/http.hpp"

#include <gmock/gmock.h>

#include <boost/asio/redirect_error.hpp>

#include "tests/unit/net/loopback.hpp"

namespace pgdrill::net {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Sides {
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<HttpServer> server;
};

Task<Sides> connected() {
  net::Pair pair = co_await plain_pair();
  co_return Sides{HttpClient::over(std::move(pair.client)), HttpServer::over(std::move(pair.server))};
}

Task<> echo(HttpServer& server, int requests) {
  for (int i = 0; i < requests; ++i) {
    Result<std::optional<HttpRequest>> const request = co_await server.read();
    if (!request || !*request) co_return;
    HttpResponse response{.status = 200,
                          .headers = {{"X-Method", (*request)->method}},
                          .body = (*request)->target + (*request)->body};
    static_cast<void>(co_await server.respond(std::move(response)));
  }
}

Task<std::vector<std::string>> exchanges() {
  Sides sides = co_await connected();
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("echo", echo(*sides.server, 3));
  std::vector<std::string> bodies;
  for (std::string const method : {"GET", "POST", "HEAD"}) {
    HttpRequest request{.method = method, .target = "/a?b=c"};
    if (method == "POST") request.body = std::string(100'000, 'x');
    Result<HttpResponse> const response = co_await sides.client->exchange(std::move(request));
    bodies.push_back(response ? std::string(header(response->headers, "x-method")) + " " +
                                    std::to_string(response->body.size())
                              : describe(response.error()));
    EXPECT_TRUE(sides.client->reusable());
  }
  co_await scope.join();
  co_return bodies;
}

TEST(Http, ManyExchangesOnOneConnection) {
  EXPECT_THAT(run_to_end(exchanges()), ElementsAre("GET 6", "POST 100006", "HEAD 0"));
}

Task<> send_pieces(HttpServer& server, asio::steady_timer& go_on) {
  static_cast<void>(co_await server.read());
  static_cast<void>(co_await server.start_chunks({.status = 200}));
  static_cast<void>(co_await server.send_chunk("first\n"));
  boost::system::error_code woken;
  co_await go_on.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  static_cast<void>(co_await server.send_chunk("second\n"));
  static_cast<void>(co_await server.end_chunks());
}

Task<std::vector<std::string>> streamed() {
  Sides sides = co_await connected();
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  asio::steady_timer go_on(executor, Monotonic::max());
  Scope scope(executor);
  scope.spawn("server", send_pieces(*sides.server, go_on));
  static_cast<void>(co_await sides.client->start({.target = "/watch"}));
  std::vector<std::string> pieces;
  while (true) {
    Result<std::string> const piece = co_await sides.client->read_body();
    pieces.push_back(piece ? *piece : describe(piece.error()));
    go_on.expires_at(Monotonic::min());  // the server goes on only when the first piece has come
    if (!piece || piece->empty()) break;
  }
  co_await scope.join();
  EXPECT_TRUE(sides.client->reusable());
  co_return pieces;
}

TEST(Http, PiecesOfAChunkedAnswerComeAtOnce) {
  EXPECT_THAT(run_to_end(streamed()), ElementsAre("first\n", "second\n", ""));
}

Task<> answer_raw(ByteStream& stream, std::string bytes) {
  std::vector<char> request(4096);
  static_cast<void>(co_await stream.read_some(request));
  static_cast<void>(co_await write_all(stream, bytes));
  stream.close();
}

Task<Result<HttpResponse>> raw_answer(std::string bytes) {
  net::Pair pair = co_await plain_pair();
  std::unique_ptr<HttpClient> const client = HttpClient::over(std::move(pair.client));
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("server", answer_raw(*pair.server, bytes));
  Result<HttpResponse> response = co_await client->exchange({});
  co_await scope.join();
  EXPECT_FALSE(client->reusable());
  co_return response;
}

TEST(Http, ABodyUntilTheEndOfTheConnection) {
  EXPECT_EQ(run_to_end(raw_answer("HTTP/1.1 200 OK\r\n\r\nall of it")).value().body, "all of it");
}

TEST(Http, ACutAnswerIsAnError) {
  EXPECT_EQ(run_to_end(raw_answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")).error().kind,
            ErrorKind::unreachable);
  EXPECT_EQ(run_to_end(raw_answer("")).error().kind, ErrorKind::unreachable);
}

TEST(Http, WhatIsNoHttpIsAnError) {
  EXPECT_EQ(run_to_end(raw_answer("SSH-2.0-OpenSSH\r\n")).error().kind, ErrorKind::invalid);
}

Task<Result<std::optional<HttpRequest>>> raw_request(std::string bytes) {
  net::Pair pair = co_await plain_pair();
  std::unique_ptr<HttpServer> const server = HttpServer::over(std::move(pair.server));
  static_cast<void>(co_await write_all(*pair.client, bytes));
  pair.client->close();
  co_return co_await server->read();
}

TEST(HttpServerTest, TellsEndFromRubbishFromACutRequest) {
  EXPECT_FALSE(run_to_end(raw_request("")).value().has_value());
  EXPECT_EQ(run_to_end(raw_request("rubbish\r\n\r\n")).error().kind, ErrorKind::invalid);
  EXPECT_EQ(run_to_end(raw_request("GET / HT")).error().kind, ErrorKind::invalid);
  EXPECT_EQ(run_to_end(raw_request("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")).error().kind,
            ErrorKind::invalid);
}

Task<std::string> pipelined() {
  net::Pair pair = co_await plain_pair();
  std::unique_ptr<HttpServer> const server = HttpServer::over(std::move(pair.server));
  static_cast<void>(co_await write_all(*pair.client, "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"));
  static_cast<void>(co_await pair.client->shutdown_write());
  Result<std::optional<HttpRequest>> const first = co_await server->read();
  co_await server->closed_by_peer();
  Result<std::optional<HttpRequest>> const second = co_await server->read();
  co_return first.value()->target + second.value()->target;
}

TEST(HttpServerTest, WaitingForTheEndLosesNoBytes) { EXPECT_EQ(run_to_end(pipelined()), "/1/2"); }

TEST(Query, ParametersInOrderAndDecoded) {
  EXPECT_THAT(parse_query("/x?command=ls&command=%2Ftmp+a&watch"),
              ElementsAre(Pair("command", "ls"), Pair("command", "/tmp a"), Pair("watch", "")));
  EXPECT_EQ(path_of("/a%20b?c"), "/a%20b");
  EXPECT_EQ(percent_decode(percent_encode("a b/ü%")), "a b/ü%");
  EXPECT_EQ(percent_decode("%zz%4"), "%zz%4");
}

TEST(HeadersTest, NamesIgnoreCaseAndCannotSmuggleLines) {
  EXPECT_EQ(header({{"Content-Type", "x"}}, "content-type"), "x");
  EXPECT_EQ(header({}, "x"), "");
}

}  // namespace
}  // namespace pgdrill::net
