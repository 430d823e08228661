#include "harness/net/websocket.hpp"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/net/websocket_frame.hpp"
#include "harness/net/write_turn.hpp"

namespace pgdrill::net {

namespace {

/// Payload of a close frame with status 1002 (RFC 6455, 7.4.1).
constexpr std::string_view protocol_error = "\x03\xEA";

std::uint32_t random_mask() {
  std::uint32_t mask = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&mask), sizeof mask);
  return mask;
}

std::string random_key() {
  std::string bytes(16, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return base64_encode(bytes);
}

/// Sec-WebSocket-Accept for a key (RFC 6455, 4.2.2).
std::string accept_for(std::string_view key) {
  std::string const text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data());
  return base64_encode({reinterpret_cast<char const*>(digest.data()), digest.size()});
}

bool has_token(std::string_view list, std::string_view token) {
  for (std::string const& entry : split(list, ',')) {
    std::string_view const word = trim(entry);
    bool const same = std::equal(word.begin(), word.end(), token.begin(), token.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    });
    if (same) return true;
  }
  return false;
}

class Socket : public WebSocket {
 public:
  Socket(asio::any_io_executor const& executor, std::unique_ptr<ByteStream> stream, std::string protocol,
         bool client)
      : stream_(std::move(stream)),
        protocol_(std::move(protocol)),
        client_(client),
        decoder_(!client),
        turn_(executor) {}

  std::string const& protocol() const override { return protocol_; }

  Task<Result<WebSocketMessage>> read() override {
    std::vector<char> piece(65'536);
    while (true) {
      Result<std::optional<FrameMessage>> message = decoder_.next();
      if (!message) {
        if (!close_sent_) static_cast<void>(co_await send_close(std::string(protocol_error)));
        co_return tl::make_unexpected(message.error());
      }
      if (!*message) {
        Result<std::size_t> const count = co_await stream_->read_some(piece);
        if (!count) co_return tl::make_unexpected(count.error());
        if (*count == 0) co_return WebSocketMessage{.closed = true, .lost = true};
        decoder_.feed(std::string_view(piece.data(), *count));
        continue;
      }
      FrameMessage& frame = **message;
      if (frame.opcode == Opcode::ping) {
        Result<> const answered = co_await answer_ping(std::move(frame.payload));
        if (!answered) co_return tl::make_unexpected(answered.error());
      } else if (frame.opcode == Opcode::close) {
        std::string const code = frame.payload.substr(0, 2);
        if (!close_sent_) static_cast<void>(co_await send_close(code));
        std::string const reason = frame.payload.size() > 2 ? frame.payload.substr(2) : "";
        co_return WebSocketMessage{.closed = true, .payload = reason};
      } else if (frame.opcode != Opcode::pong) {
        bool const binary = frame.opcode == Opcode::binary;
        co_return WebSocketMessage{.binary = binary, .payload = std::move(frame.payload)};
      }
    }
  }

  Task<Result<>> write(std::string payload, bool binary) override {
    return send(binary ? Opcode::binary : Opcode::text, std::move(payload));
  }

  Task<Result<>> close(int code, std::string reason) override {
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    return send_close(payload + reason.substr(0, 123));
  }

  void abort() override { stream_->close(); }

 private:
  Task<Result<>> send_close(std::string payload) {
    close_sent_ = true;
    return send(Opcode::close, std::move(payload));
  }

  /// Reading must not wait for writing: a peer that reads only while we read would wait for us as well.
  /// Whoever writes at the moment sends the answer behind its own frame (RFC 6455, 5.5.3: only the newest
  /// counts).
  Task<Result<>> answer_ping(std::string payload) {
    if (turn_.taken()) {
      owed_pong_ = std::move(payload);
      co_return Result<>();
    }
    co_return co_await send(Opcode::pong, std::move(payload));
  }

  std::string frame_of(Opcode opcode, std::string_view payload) const {
    return encode_frame(opcode, payload, client_ ? std::optional(random_mask()) : std::nullopt);
  }

  Task<Result<>> send(Opcode opcode, std::string payload) {
    std::string const frame = frame_of(opcode, payload);
    co_await turn_.take();
    // Half a frame would garble all that follows: a write that was cut off ends the connection.
    WriteTurn::Hold hold(turn_, *stream_);
    Result<> written = co_await write_all(*stream_, frame);
    while (written && owed_pong_) {
      std::string const pong = frame_of(Opcode::pong, *std::exchange(owed_pong_, std::nullopt));
      written = co_await write_all(*stream_, pong);
    }
    hold.written(written);
    co_return written;
  }

  std::unique_ptr<ByteStream> stream_;
  std::string protocol_;
  bool client_;
  bool close_sent_ = false;
  FrameDecoder decoder_;
  WriteTurn turn_;
  std::optional<std::string> owed_pong_;
};

Task<Error> refusal(HttpClient& http, HttpResponse const& response) {
  Error error{.kind = kind_of_status(response.status),
              .what = "the server refused the WebSocket",
              .status = response.status};
  bool const has_body = header(response.headers, "Content-Length") != "0" && response.status != 101;
  while (has_body) {
    Result<std::string> const piece = co_await http.read_body();
    if (!piece || piece->empty() || error.why.size() > 65'536) break;
    error.why += *piece;
  }
  if (error.why.empty()) error.why = "HTTP status " + std::to_string(response.status);
  co_return error;
}

}  // namespace

bool is_websocket_upgrade(HttpRequest const& request) {
  return has_token(header(request.headers, "Upgrade"), "websocket") &&
         has_token(header(request.headers, "Connection"), "upgrade") &&
         !header(request.headers, "Sec-WebSocket-Key").empty();
}

std::vector<std::string> offered_protocols(HttpRequest const& request) {
  std::vector<std::string> protocols;
  for (auto const& [name, value] : request.headers) {
    if (header(Headers{{name, value}}, "Sec-WebSocket-Protocol").empty()) continue;
    for (std::string const& entry : split(value, ',')) protocols.emplace_back(trim(entry));
  }
  return protocols;
}

Task<Result<std::unique_ptr<WebSocket>>> WebSocket::connect(std::unique_ptr<HttpClient> http,
                                                            HttpRequest request,
                                                            std::vector<std::string> protocols) {
  std::string const key = random_key();
  request.headers.emplace_back("Connection", "Upgrade");
  request.headers.emplace_back("Upgrade", "websocket");
  request.headers.emplace_back("Sec-WebSocket-Version", "13");
  request.headers.emplace_back("Sec-WebSocket-Key", key);
  if (!protocols.empty()) request.headers.emplace_back("Sec-WebSocket-Protocol", join(protocols, ", "));
  Result<HttpResponse> const response = co_await http->start(std::move(request));
  if (!response) co_return tl::make_unexpected(response.error());
  if (response->status != 101) {
    Error error = co_await refusal(*http, *response);
    co_return tl::make_unexpected(std::move(error));
  }
  if (header(response->headers, "Sec-WebSocket-Accept") != accept_for(key)) {
    co_return fail({.kind = ErrorKind::invalid,
                    .what = "the WebSocket handshake failed",
                    .why = "wrong Sec-WebSocket-Accept"});
  }
  std::string protocol(header(response->headers, "Sec-WebSocket-Protocol"));
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  std::unique_ptr<WebSocket> socket =
      std::make_unique<Socket>(executor, http->release(), std::move(protocol), true);
  co_return socket;
}

Task<Result<std::unique_ptr<WebSocket>>> WebSocket::accept(std::unique_ptr<HttpServer> http,
                                                           HttpRequest request, std::string protocol) {
  HttpResponse response{
      .status = 101,
      .headers = {{"Connection", "Upgrade"},
                  {"Upgrade", "websocket"},
                  {"Sec-WebSocket-Accept", accept_for(header(request.headers, "Sec-WebSocket-Key"))}}};
  if (!protocol.empty()) response.headers.emplace_back("Sec-WebSocket-Protocol", protocol);
  Result<> const answered = co_await http->respond(std::move(response));
  if (!answered) co_return tl::make_unexpected(answered.error());
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  std::unique_ptr<WebSocket> socket =
      std::make_unique<Socket>(executor, http->release(), std::move(protocol), false);
  co_return socket;
}

}  // namespace pgdrill::net
