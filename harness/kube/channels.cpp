#include "harness/kube/channels.hpp"

#include <charconv>

#include "harness/base/json.hpp"

namespace pgdrill::kube {

std::string channel_message(unsigned char channel, std::string_view bytes) {
  std::string message(1, static_cast<char>(channel));
  message += bytes;
  return message;
}

std::string close_message(unsigned char channel) { return {'\xFF', static_cast<char>(channel)}; }

std::string exit_status(int exit_code) {
  json::object status{{"metadata", json::object()}};
  if (exit_code == 0) {
    status["status"] = "Success";
    return json::serialize(status);
  }
  std::string const code = std::to_string(exit_code);
  status["status"] = "Failure";
  status["message"] = "command terminated with non-zero exit code: command terminated with exit code " + code;
  status["reason"] = "NonZeroExitCode";
  status["details"] = {{"causes", json::array{{{"reason", "ExitCode"}, {"message", code}}}}};
  return json::serialize(status);
}

Result<int> parse_exit_status(std::string_view status_json) {
  TRY(json::value const status, parse_json(status_json, "status of the command"));
  if (get_string(status, "status") == "Success") return 0;
  Error failed{.kind = ErrorKind::refused,
               .what = "the command did not run",
               .why = get_string(status, "message", "no message"),
               .code = get_string(status, "reason"),
               .status = static_cast<int>(get_int(status, "code"))};
  if (failed.code != "NonZeroExitCode") return fail(std::move(failed));
  json::value const* const causes = find(status, "details.causes");
  if (causes != nullptr && causes->is_array()) {
    for (json::value const& cause : causes->get_array()) {
      if (get_string(cause, "reason") != "ExitCode") continue;
      std::string const text = get_string(cause, "message");
      int code = 0;
      auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), code);
      if (problem == std::errc() && end == text.data() + text.size()) return code;
    }
  }
  failed.kind = ErrorKind::invalid;
  failed.what = "the command failed without an exit code";
  return fail(std::move(failed));
}

}  // namespace pgdrill::kube
