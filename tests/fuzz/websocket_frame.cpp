#include "harness/net/websocket_frame.hpp"

#include "tests/fuzz/fuzz_target.hpp"

namespace {

using namespace pgdrill::net;

constexpr std::size_t limit = 4096;

// All that the decoder tells of the bytes, fed in pieces of `piece` bytes.
std::string told(std::string_view bytes, bool masked, std::size_t piece) {
  FrameDecoder decoder(masked, limit);
  std::string all;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    decoder.feed(bytes.substr(at, piece));
    while (true) {
      auto const message = decoder.next();
      if (!message) return all + "!" + message.error().why;
      if (!*message) break;
      pgdrill::fuzz::require((*message)->payload.size() <= limit, "no message is over the limit");
      all += std::to_string(static_cast<int>((*message)->opcode)) + ":" + (*message)->payload + ";";
    }
  }
  return all;
}

}  // namespace

FUZZ_TARGET(websocket_frame) {
  using pgdrill::fuzz::require;
  for (bool const masked : {false, true}) {
    std::string const whole = told(input, masked, std::max<std::size_t>(1, input.size()));
    require(whole == told(input, masked, 1), "how the bytes are cut changes nothing");
  }
  std::string const payload(input.substr(0, limit));
  require(told(encode_frame(Opcode::binary, payload, 0x01020304U), true, 4096) == "2:" + payload + ";",
          "a frame carries any payload");
}
