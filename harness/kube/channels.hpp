// The sub-protocols inside exec's and port-forward's WebSockets, without I/O; client and sandbox server share them.
#pragma once
#include <string>
#include <string_view>

#include "harness/base/error.hpp"

namespace pgdrill::kube {

inline constexpr std::string_view exec_v5 = "v5.channel.k8s.io";
inline constexpr std::string_view exec_v4 = "v4.channel.k8s.io";
inline constexpr std::string_view port_forward_v4 = "v4.channel.k8s.io";

enum class Channel : unsigned char { input = 0, output = 1, error = 2, status = 3, resize = 4 };

/// A message of a channel: its number, then the bytes.
[[nodiscard]] std::string channel_message(unsigned char channel, std::string_view bytes);
/// v5's signal that a channel is closed: 0xFF and the channel's number.
[[nodiscard]] std::string close_message(unsigned char channel);

/// The Status that ends an exec: Success, or Failure with reason NonZeroExitCode.
[[nodiscard]] std::string exit_status(int exit_code);
/// Exit code from that Status; an error for a failure of another reason (the command did not run).
[[nodiscard]] Result<int> parse_exit_status(std::string_view status_json);

}  // namespace pgdrill::kube
