// What the WebSocket of a port-forward (v4.channel.k8s.io, one port) says, without I/O.
#pragma once
#include <string>

#include "harness/base/error.hpp"

namespace pgdrill::kube {

class ForwardState {
 public:
  explicit ForwardState(std::uint16_t port) : port_(port) {}

  /// Takes one message and gives the data in it; empty for messages without data: the first on each channel,
  /// which carries the port. Errors: unreachable with the kubelet's text (nobody listens there), invalid for
  /// what does not belong here.
  [[nodiscard]] Result<std::string> on_message(std::string message);

 private:
  std::uint16_t port_;
  bool seen_[2] = {false, false};
};

}  // namespace pgdrill::kube
