// WebSocket's framing (RFC 6455, section 5) as a state machine without I/O.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/error.hpp"

namespace pgdrill::net {

enum class Opcode : unsigned char { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// A whole message or a control frame.
struct FrameMessage {
  Opcode opcode = Opcode::binary;
  std::string payload;
};

/// One frame with its payload; a client must mask (RFC 6455, 5.3) with a key of four random bytes.
[[nodiscard]] std::string encode_frame(Opcode opcode, std::string_view payload,
                                       std::optional<std::uint32_t> mask = std::nullopt);

/// Puts messages together from bytes as they come; control frames may stand between the fragments of a
/// message.
class FrameDecoder {
 public:
  /// `masked`: what the peer must do: true on the server's side.
  explicit FrameDecoder(bool masked, std::size_t limit = std::size_t{16} << 20U)
      : masked_(masked), limit_(limit) {}
  void feed(std::string_view bytes);
  /// The next message, or nothing when more bytes are needed. Error invalid: the peer breaks the protocol or
  /// sends more than the limit; nothing can be read after that.
  [[nodiscard]] Result<std::optional<FrameMessage>> next();

 private:
  struct Head {
    bool final = false;
    Opcode opcode = Opcode::binary;
    std::size_t size = 0;  ///< of the head itself
    std::uint64_t length = 0;
    std::size_t mask_at = 0;
  };
  [[nodiscard]] Result<std::optional<Head>> parse_head() const;
  [[nodiscard]] FrameMessage take(Head const& head);
  [[nodiscard]] Result<> join(FrameMessage message);

  bool masked_;
  std::size_t limit_;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< of what is not used yet in buffer_
  std::optional<FrameMessage> partial_;
};

}  // namespace pgdrill::net
