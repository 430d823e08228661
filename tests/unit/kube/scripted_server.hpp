// An HTTP server on loopback that plays answers in order, whatever connection the requests come on.
#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/scope.hpp"
#include "harness/kube/client.hpp"
#include "harness/net/http.hpp"
#include "harness/net/socket.hpp"
#include "harness/net/websocket.hpp"

namespace pgdrill::kube {

class ScriptedServer;

struct Answer {
  int status = 200;
  std::string body;
  net::Headers headers;
  std::vector<std::string> chunks;  ///< a chunked answer instead of `body`
  enum class After {
    keep,
    close,
    hang
  } after = After::keep;  ///< what becomes of the connection (of the chunks)
  bool cut = false;       ///< reads the request and closes the connection
  bool silent = false;    ///< reads the request and never answers
  std::string protocol;   ///< takes the upgrade to a WebSocket
  Task<> (*talk)(net::WebSocket&, ScriptedServer&) = nullptr;
};

class ScriptedServer {
 public:
  ScriptedServer(asio::any_io_executor executor, std::vector<Answer> script);

  /// Plain HTTP access to it.
  [[nodiscard]] Access access() const;
  Task<> run(Scope& scope);

  std::vector<net::HttpRequest> requests;
  std::vector<std::string> messages;  ///< for `talk` to note what it got
  int connections = 0;

  /// Targets of the requests so far, with method: "GET /api/v1/...".
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  Task<> serve(std::unique_ptr<ByteStream> stream);
  Task<bool> play(net::HttpServer& http, Answer answer);

  std::deque<Answer> script_;
  std::unique_ptr<net::Listener> listener_;
};

/// Runs a test's body against a server with that script.
using ServerBody = Task<> (*)(ScriptedServer&, std::shared_ptr<Client>);
void with_server(std::vector<Answer> script, ServerBody body, Duration deadline = std::chrono::seconds(10));

/// The error of a call that must fail; an empty one, and a failed test, when it succeeded.
template <class T>
[[nodiscard]] Error error_of(Result<T> const& result) {
  EXPECT_FALSE(result);
  return result ? Error() : result.error();
}

[[nodiscard]] std::string status_body(int code, std::string const& reason, std::string const& message);
/// A ConfigMap with that name and version.
[[nodiscard]] std::string object_text(std::string const& name, int version, std::string const& uid = "u");
[[nodiscard]] std::string list_text(std::vector<std::string> const& items, int version,
                                    std::string const& next = "");
[[nodiscard]] std::string event_text(std::string const& type, std::string const& object);

}  // namespace pgdrill::kube
