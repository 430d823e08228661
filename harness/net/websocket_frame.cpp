#include "harness/net/websocket_frame.hpp"

#include <array>
#include <utility>

namespace pgdrill::net {

namespace {

constexpr std::size_t longest_control_payload = 125;

tl::unexpected<Error> broken(std::string why) {
  return fail(
      {.kind = ErrorKind::invalid, .what = "the peer breaks the WebSocket protocol", .why = std::move(why)});
}

std::uint64_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i) number = (number << 8U) | byte_at(bytes, at + i);
  return number;
}

bool is_control(Opcode opcode) { return opcode >= Opcode::close; }

bool is_known(unsigned opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

void apply_mask(std::string& payload, std::array<char, 4> const& mask) {
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
}

void append_number(std::string& bytes, std::uint64_t number, unsigned size) {
  for (unsigned i = size; i > 0; --i) bytes += static_cast<char>((number >> (8U * (i - 1))) & 0xFFU);
}

}  // namespace

void FrameDecoder::feed(std::string_view bytes) {
  buffer_.erase(0, std::exchange(begin_, 0));
  buffer_ += bytes;
}

std::string encode_frame(Opcode opcode, std::string_view payload, std::optional<std::uint32_t> mask) {
  std::string frame(1, static_cast<char>(0x80U | static_cast<unsigned>(opcode)));
  unsigned const mask_bit = mask ? 0x80U : 0U;
  if (payload.size() < 126) {
    frame += static_cast<char>(mask_bit | payload.size());
  } else if (payload.size() <= 0xFFFF) {
    frame += static_cast<char>(mask_bit | 126U);
    append_number(frame, payload.size(), 2);
  } else {
    frame += static_cast<char>(mask_bit | 127U);
    append_number(frame, payload.size(), 8);
  }
  if (!mask) return frame.append(payload);
  std::size_t const mask_at = frame.size();
  append_number(frame, *mask, 4);
  std::array<char, 4> const key{frame[mask_at], frame[mask_at + 1], frame[mask_at + 2], frame[mask_at + 3]};
  std::string masked(payload);
  apply_mask(masked, key);
  return frame + masked;
}

Result<std::optional<FrameDecoder::Head>> FrameDecoder::parse_head() const {
  std::string_view const bytes = std::string_view(buffer_).substr(begin_);
  if (bytes.size() < 2) return std::optional<Head>();
  unsigned const first = static_cast<unsigned>(byte_at(bytes, 0));
  unsigned const second = static_cast<unsigned>(byte_at(bytes, 1));
  if ((first & 0x70U) != 0) return broken("a reserved bit is set");
  if (!is_known(first & 0x0FU)) return broken("unknown opcode " + std::to_string(first & 0x0FU));
  if (((second & 0x80U) != 0) != masked_)
    return broken(masked_ ? "a frame is not masked" : "a frame is masked");
  Head head{.final = (first & 0x80U) != 0, .opcode = static_cast<Opcode>(first & 0x0FU), .size = 2};
  unsigned const short_length = second & 0x7FU;
  std::size_t const extra = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  if (bytes.size() < 2 + extra) return std::optional<Head>();
  head.length = extra == 0 ? short_length : number_at(bytes, 2, extra);
  head.mask_at = 2 + extra;
  head.size = head.mask_at + (masked_ ? 4 : 0);
  if (is_control(head.opcode) && (!head.final || head.length > longest_control_payload)) {
    return broken("a control frame is fragmented or too long");
  }
  std::size_t const so_far = partial_ && !is_control(head.opcode) ? partial_->payload.size() : 0;
  if (head.length > limit_ - so_far)
    return broken("a message is larger than " + std::to_string(limit_) + " bytes");
  if (bytes.size() < head.size + head.length) return std::optional<Head>();
  return head;
}

FrameMessage FrameDecoder::take(Head const& head) {
  FrameMessage message{head.opcode, buffer_.substr(begin_ + head.size, head.length)};
  if (masked_) {
    char const* const key = buffer_.data() + begin_ + head.mask_at;
    apply_mask(message.payload, {key[0], key[1], key[2], key[3]});
  }
  begin_ += head.size + head.length;
  return message;
}

Result<> FrameDecoder::join(FrameMessage message) {
  bool const continues = message.opcode == Opcode::continuation;
  if (continues != partial_.has_value()) {
    return broken(continues ? "a continuation without a beginning" : "a new message within another");
  }
  if (continues) {
    partial_->payload += message.payload;
  } else {
    partial_ = std::move(message);
  }
  return {};
}

Result<std::optional<FrameMessage>> FrameDecoder::next() {
  // A loop and no recursion: the peer decides how many fragments there are.
  while (true) {
    TRY(std::optional<Head> const head, parse_head());
    if (!head) return std::optional<FrameMessage>();
    FrameMessage message = take(*head);
    if (is_control(message.opcode)) return message;
    TRY_VOID(join(std::move(message)));
    if (head->final) return std::exchange(partial_, std::nullopt);
  }
}

}  // namespace pgdrill::net
