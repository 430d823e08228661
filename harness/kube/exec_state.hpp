// What an exec's WebSocket says, without I/O: its messages come in, output and the end come out.
#pragma once
#include <optional>
#include <string>

#include "harness/kube/channels.hpp"
#include "harness/kube/client.hpp"

namespace pgdrill::kube {

class ExecState {
 public:
  /// Takes one message. Nothing for messages without meaning for the caller (the empty ones at the start,
  /// close signals); Output with channel 0 when the command has ended. Errors: invalid for a channel that
  /// does not exist, refused when the command did not run.
  [[nodiscard]] Result<std::optional<ExecSession::Output>> on_message(std::string message);
  /// The connection closed: the end when the Status was there, else `unreachable` (the command's fate is
  /// unknown).
  [[nodiscard]] Result<ExecSession::Output> on_close() const;

  [[nodiscard]] bool ended() const { return exit_code_.has_value(); }
  /// Exit code after the end, -1 before.
  [[nodiscard]] int exit_code() const { return exit_code_.value_or(-1); }

 private:
  std::optional<int> exit_code_;
};

}  // namespace pgdrill::kube
