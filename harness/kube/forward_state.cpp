#include "harness/kube/forward_state.hpp"

#include "harness/base/text.hpp"

namespace pgdrill::kube {

Result<std::string> ForwardState::on_message(std::string message) {
  auto broken = [this](std::string why) {
    return fail({.kind = ErrorKind::invalid,
                 .what = "unexpected message of a port-forward",
                 .where = "port " + std::to_string(port_),
                 .why = std::move(why)});
  };
  if (message.empty()) return broken("it has no channel");
  auto const channel = static_cast<unsigned char>(message.front());
  if (channel > 1) return broken("channel " + std::to_string(channel));
  message.erase(0, 1);
  if (!seen_[channel]) {
    // Two bytes, little-endian: the port that this channel serves.
    seen_[channel] = true;
    if (message.size() != 2)
      return broken("the first message of channel " + std::to_string(channel) + " is no port");
    auto const low = static_cast<unsigned char>(message[0]);
    auto const high = static_cast<unsigned char>(message[1]);
    if (low + 256 * high != port_) return broken("it serves port " + std::to_string(low + 256 * high));
    return std::string();
  }
  if (channel == 1 && !message.empty()) {
    return fail({.kind = ErrorKind::unreachable,
                 .what = "cannot connect to the port of the pod",
                 .where = "port " + std::to_string(port_),
                 .why = std::string(trim(message))});
  }
  return channel == 0 ? std::move(message) : std::string();
}

}  // namespace pgdrill::kube
