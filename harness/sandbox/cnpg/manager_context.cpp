#include "harness/sandbox/cnpg/manager_context.hpp"

#include <unistd.h>

#include <cstdlib>

#include "harness/base/files.hpp"
#include "harness/base/process.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

// A clone of a big database takes long; nothing else in the pod waits for these programs.
constexpr auto program_limit = std::chrono::hours(1);

std::string environment(char const* name) {
  char const* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

Result<std::string> required(char const* name) {
  std::string value = environment(name);
  if (value.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("the manager needs the variable {}", name),
                 .todo = "it runs in the pods of `pgdrill sandbox up`"});
  }
  return value;
}

}  // namespace

Result<ManagerContext> ManagerContext::from_environment() {
  ManagerContext context;
  std::error_code problem;
  context.self = std::filesystem::read_symlink("/proc/self/exe", problem);
  TRY(context.data, required("PGDATA"));
  TRY(context.run, required("PGDRILL_SANDBOX_RUN"));
  TRY(context.postgres_bin, required("PGDRILL_SANDBOX_POSTGRES_BIN"));
  TRY(std::filesystem::path const directory, required("PGDRILL_SANDBOX_DIR"));
  TRY(context.pod_ip, required("PGDRILL_SANDBOX_POD_IP"));
  TRY(context.pod, required("POD_NAME"));
  context.ns = environment("NAMESPACE");
  context.cluster = environment("CLUSTER_NAME");
  context.volume = context.data.parent_path();
  context.object_store = directory / "store";
  return context;
}

Result<InstanceConfig> ManagerContext::config() const {
  TRY(std::string const text, read_file(control("instance.json")));
  TRY(json::value const document, parse_json(text, "instance.json"));
  return InstanceConfig::from_json(document);
}

ClusterState ManagerContext::state() const {
  auto const text = read_file(control("state.json"));
  if (!text) return {};
  auto const document = parse_json(*text, "state.json");
  return document ? ClusterState::from_json(*document) : ClusterState{};
}

std::string ManagerContext::self_command(std::string_view arguments) const {
  return fmt::format("\"{}\" sandbox manager {}", self.string(), arguments);
}

std::string log_text(std::string_view level, std::string_view timestamp, std::string_view logger,
                     std::string_view message, std::string_view pod, json::object const& details) {
  json::object line{{"level", level}, {"ts", timestamp}};
  if (!logger.empty()) line["logger"] = logger;
  line["msg"] = message;
  for (auto const& [key, value] : details) {
    if (key != "record") line[key] = value;
  }
  line["logging_pod"] = pod;
  if (auto const* record = details.if_contains("record")) line["record"] = *record;
  return json::serialize(line);
}

void log_line(std::string_view level, std::string_view logger, std::string_view message,
              json::object const& details) {
  std::string line =
      log_text(level, format_rfc3339(wall_now()), logger, message, environment("POD_NAME"), details) + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    ssize_t const written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0) return;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

void log_info(std::string_view message, json::object const& details) {
  log_line("info", "", message, details);
}

void log_error(std::string_view message, std::string_view error, json::object const& details) {
  json::object all = details;
  all["error"] = error;
  log_line("error", "", message, all);
}

std::string error_text(Error const& error) {
  return error.why.empty() ? error.what : fmt::format("{}: {}", error.what, error.why);
}

Result<std::string> run_program(std::vector<std::string> command, std::string_view logger) {
  ProcessOptions options{.command = std::move(command), .own_group = false, .deadline = program_limit};
  std::string const name = std::filesystem::path(options.command.front()).filename().string();
  TRY(ProcessOutput const output, run_to_end(run_process(std::move(options))));
  auto const log = [&](std::string const& text, std::string_view pipe) {
    if (!trim(text).empty()) log_line("info", logger, trim(text), {{"pipe", pipe}});
  };
  if (!logger.empty()) {
    log(output.out, "stdout");
    log(output.err, "stderr");
  }
  if (output.exit_code != 0) {
    return fail({.kind = ErrorKind::io,
                 .what = name,
                 .why = fmt::format("exit status {}", output.exit_code),
                 .todo = std::string(trim(output.err))});
  }
  return output.out;
}

}  // namespace pgdrill::sandbox::cnpg
