// What a manager process knows about its pod, and how it talks: JSON lines on standard output as CNPG's
// manager.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harness/sandbox/cnpg/instance_config.hpp"

namespace pgdrill::sandbox::cnpg {

struct ManagerContext {
  std::filesystem::path self;    ///< this program
  std::filesystem::path data;    ///< PGDATA
  std::filesystem::path volume;  ///< the claim's directory, parent of PGDATA
  std::filesystem::path run;     ///< directory of the Unix socket
  std::filesystem::path postgres_bin;
  std::filesystem::path object_store;  ///< folder that stands for S3
  std::string pod;
  std::string ns;
  std::string cluster;
  std::string pod_ip;

  /// Error kind usage, naming the variable that is missing.
  [[nodiscard]] static Result<ManagerContext> from_environment();

  [[nodiscard]] std::string program(std::string_view name) const { return (postgres_bin / name).string(); }
  [[nodiscard]] std::filesystem::path control(std::string_view file) const {
    return control_directory(volume) / file;
  }
  /// The instance's files as the operator wrote them.
  [[nodiscard]] Result<InstanceConfig> config() const;
  /// Empty when the operator has not written it yet.
  [[nodiscard]] ClusterState state() const;
  /// The command that PostgreSQL runs to call this manager: "'/path/pgdrill' sandbox manager wal-archive %p".
  [[nodiscard]] std::string self_command(std::string_view arguments) const;
};

/// One line of the log. `logger` is left out when empty; `details` follow the message.
void log_line(std::string_view level, std::string_view logger, std::string_view message,
              json::object const& details = {});
void log_info(std::string_view message, json::object const& details = {});
void log_error(std::string_view message, std::string_view error, json::object const& details = {});
/// The text of such a line, without its newline.
[[nodiscard]] std::string log_text(std::string_view level, std::string_view timestamp,
                                   std::string_view logger, std::string_view message, std::string_view pod,
                                   json::object const& details);

/// "what: why", as Go wraps errors.
[[nodiscard]] std::string error_text(Error const& error);

/// Runs a program to its end; its output becomes log lines of that logger. A non-zero exit is an error
/// "exit status N" with the end of its standard error in `todo`.
[[nodiscard]] Result<std::string> run_program(std::vector<std::string> command, std::string_view logger);

}  // namespace pgdrill::sandbox::cnpg
