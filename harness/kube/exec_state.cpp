#include "harness/kube/exec_state.hpp"

namespace pgdrill::kube {

namespace {
constexpr unsigned char close_signal = 0xFF;
}

Result<std::optional<ExecSession::Output>> ExecState::on_message(std::string message) {
  if (message.empty()) return std::nullopt;
  auto const channel = static_cast<unsigned char>(message.front());
  if (channel == close_signal) return std::nullopt;
  message.erase(0, 1);
  switch (static_cast<Channel>(channel)) {
    case Channel::output:
    case Channel::error:
      if (message.empty()) return std::nullopt;
      return ExecSession::Output{channel, std::move(message)};
    case Channel::status: {
      if (message.empty()) return std::nullopt;
      TRY(exit_code_, parse_exit_status(message));
      return ExecSession::Output{};
    }
    default:
      return fail({.kind = ErrorKind::invalid,
                   .what = "unexpected message of a running command",
                   .why = "channel " + std::to_string(channel)});
  }
}

Result<ExecSession::Output> ExecState::on_close() const {
  if (exit_code_) return ExecSession::Output{};
  return fail({.kind = ErrorKind::unreachable,
               .what = "lost the connection to a running command",
               .why = "closed before the command's exit status came; whether it ran to its end is unknown"});
}

}  // namespace pgdrill::kube
