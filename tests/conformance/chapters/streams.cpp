// Exec, port-forward and logs: the messages on the wire, and the refusals.
#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "harness/kube/channels.hpp"
#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {
namespace {

kube::Call call_of(std::string target) {
  kube::Call call{.request = {.method = "GET", .target = std::move(target), .headers = {}, .body = ""},
                  .what = "cannot open",
                  .where = "Pod orders-1"};
  return call;
}

std::string query_of(std::vector<std::string> const& command) {
  std::string query;
  for (std::string const& word : command) query += "&command=" + net::percent_encode(word);
  return query;
}

// Channels' bytes put together (their messages' borders are chance), the first message and the end.
Task<> note_messages(Stage& stage, std::string track, net::WebSocket& socket) {
  std::map<int, std::string> channels;
  std::string first;
  std::string end = "connection lost";
  while (true) {
    auto const message = co_await socket.read();
    if (!message) break;
    if (message->closed) {
      end = "close " + message->payload;
      break;
    }
    if (message->payload.empty()) continue;
    int const channel = static_cast<unsigned char>(message->payload.front());
    if (first.empty()) first = fmt::format("channel {}, {} bytes", channel, message->payload.size() - 1);
    channels[channel] += message->payload.substr(1);
  }
  stage.note(track + ": protocol", socket.protocol());
  stage.note(track + ": first message", first);
  for (auto const& [channel, bytes] : channels)
    stage.note(fmt::format("{}: channel {}", track, channel), bytes);
  stage.note(track + ": end", end);
}

Task<> exec(Stage& stage, std::string track, std::vector<std::string> command, std::string protocol,
            std::string container = "postgres", std::string pod = "orders-1", std::string input = "") {
  std::string target = stage.path(kube::pod_type, pod, "exec") +
                       "?stdout=true&stderr=true&container=" + container + query_of(command);
  if (!input.empty()) target += "&stdin=true";
  auto const socket = co_await stage.transport().open_websocket(call_of(std::move(target)), {protocol});
  if (!socket) {
    stage.note(track,
               fmt::format("{} {}: {}", socket.error().status, socket.error().code, socket.error().why));
    co_return;
  }
  if (!input.empty()) {
    (void)co_await (*socket)->write(kube::channel_message(0, input));
    (void)co_await (*socket)->write(kube::close_message(0));
  }
  co_await note_messages(stage, track, **socket);
}

Task<> execs(Stage& stage) {
  std::vector<std::string> const fails{"sh", "-c", "echo out; echo err >&2; exit 3"};
  co_await exec(stage, "exec that fails, v5", fails, "v5.channel.k8s.io");
  co_await exec(stage, "exec that fails, v4", fails, "v4.channel.k8s.io");
  co_await exec(stage, "exec that succeeds", {"true"}, "v5.channel.k8s.io");
  co_await exec(stage, "exec killed by a signal", {"sh", "-c", "kill -9 $$"}, "v5.channel.k8s.io");
  co_await exec(stage, "exec of input", {"wc", "-c"}, "v5.channel.k8s.io", "postgres", "orders-1",
                std::string(200000, 'x'));
  co_await exec(stage, "exec of nothing there", {"no-such-program"}, "v5.channel.k8s.io");
  co_await exec(stage, "exec without a command", {}, "v5.channel.k8s.io");
  co_await exec(stage, "exec in an unknown container", {"true"}, "v5.channel.k8s.io", "nothing");
  co_await exec(stage, "exec in an unknown pod", {"true"}, "v5.channel.k8s.io", "postgres", "nothing");
  co_await exec(stage, "exec in an unknown protocol", {"true"}, "v9.channel.k8s.io");
}

Task<> forward(Stage& stage, std::string track, std::string pod, int port, std::string bytes) {
  auto const socket = co_await stage.transport().open_websocket(
      call_of(stage.path(kube::pod_type, pod, "portforward") + fmt::format("?ports={}", port)),
      {std::string(kube::port_forward_v4)});
  if (!socket) {
    stage.note(track,
               fmt::format("{} {}: {}", socket.error().status, socket.error().code, socket.error().why));
    co_return;
  }
  if (!bytes.empty()) (void)co_await (*socket)->write(kube::channel_message(0, bytes));
  // The two announcements of the port, then an answer on the data channel or a message on the error channel.
  for (int messages = 0; messages < 3; ++messages) {
    auto const message = co_await with_deadline((*socket)->read(), std::chrono::seconds(10), "a message");
    if (!message || message->closed) {
      stage.note(track, "closed");
      break;
    }
    std::string hexadecimal;
    for (char const byte : message->payload.substr(1, 2))
      hexadecimal += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    bool const text = message->payload.size() > 3;
    stage.note(track, fmt::format("channel {}: {}", static_cast<int>(message->payload.front()),
                                  text ? message->payload.substr(1) : hexadecimal));
  }
  (*socket)->abort();
}

Task<> forwards(Stage& stage) {
  // PostgreSQL answers a request for TLS by one letter.
  std::string const ask_for_tls("\0\0\0\x08\x04\xd2\x16\x2f", 8);
  co_await forward(stage, "port-forward", "orders-1", 5432, ask_for_tls);
  co_await forward(stage, "port-forward to a closed port", "orders-1", 1, "");
  co_await forward(stage, "port-forward to an unknown pod", "nothing", 5432, "");
}

Task<> log(Stage& stage, std::string track, std::string pod, std::string parameters) {
  net::HttpRequest request{.method = "GET",
                           .target = stage.path(kube::pod_type, pod, "log") + parameters,
                           .headers = {},
                           .body = ""};
  // How many lines there are is chance; that there are no more than was asked for is not.
  Stage::Summary lines = [](json::value const& body) {
    auto const count = body.is_string() ? split(trim(std::string_view(body.get_string())), '\n').size() : 1;
    return count <= 3 ? std::string("text") : fmt::format("{} lines", count);
  };
  co_await stage.request(std::move(track), std::move(request), std::move(lines));
}

Task<> play(Stage& stage) {
  co_await execs(stage);
  co_await forwards(stage);
  co_await log(stage, "log, three lines", "orders-1", "?tailLines=3");
  co_await log(stage, "log, one line", "orders-1", "?tailLines=1");
  co_await log(stage, "log of the init container", "orders-1", "?container=bootstrap-controller&tailLines=2");
  co_await log(stage, "log of an unknown container", "orders-1", "?container=nothing");
  co_await log(stage, "log of an unknown pod", "nothing", "");
  co_await log(stage, "log before a restart that was none", "orders-1", "?previous=true");
  co_await log(stage, "log with bad parameters", "orders-1", "?tailLines=x");
}

bool const registered = add_chapter({.name = "streams", .group = "life", .place = 25, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
