// How a container's command, environment and user are put together.
#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/files.hpp"
#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/kubelet/container.hpp"
#include "harness/sandbox/kubelet/layout.hpp"
#include "harness/sandbox/kubelet/leftovers.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::string_view manager_program = "/controller/manager";

std::vector<std::string> texts_at(json::value const& document, std::string_view path) {
  std::vector<std::string> texts;
  auto const* list = find(document, path);
  if (list == nullptr || !list->is_array()) return texts;
  for (auto const& text : list->get_array()) {
    if (text.is_string()) texts.emplace_back(std::string_view(text.get_string()));
  }
  return texts;
}

/// The wrapper that drops privileges and lets the process die with us.
std::vector<std::string> wrapper(Environment const& environment) {
  std::vector<std::string> command{"setpriv", "--pdeathsig", "KILL"};
  if (!environment.run_as.empty() && ::geteuid() == 0) {
    command.push_back("--reuid=" + environment.run_as);
    command.push_back("--regid=" + environment.run_as);
    command.emplace_back("--init-groups");
  }
  command.emplace_back("--");
  return command;
}

}  // namespace

std::string Container::adapt(std::string_view text) const {
  return expand_variables(rewrite_mounts(text, mounts_), variables_);
}

Result<std::vector<std::string>> Container::command_line() const {
  std::vector<std::string> command = texts_at(spec_, "command");
  if (command.empty()) {
    return fail({.kind = ErrorKind::invalid,
                 .what = "cannot start the container",
                 .why = "no command specified (the sandbox has no images: a container must name its command)",
                 .code = "RunContainerError"});
  }
  for (std::string& argument : texts_at(spec_, "args")) command.push_back(std::move(argument));
  return command;
}

std::string Container::working_directory() const {
  std::string const wanted = adapt(get_string(spec_, "workingDir"));
  std::error_code problem;
  bool const usable = !wanted.empty() && std::filesystem::is_directory(wanted, problem);
  return usable ? wanted : pod_.directory.string();
}

Result<Variables> Container::environment_variables(std::string const& id) const {
  Environment const& environment = pod_.environment;
  Variables base;
  if (get_bool(pod_.object, "spec.enableServiceLinks", true)) {
    base = service_variables(pod_.store, get_string(pod_.object, "metadata.namespace"));
  }
  std::string path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  if (!environment.postgres_bin.empty()) path = environment.postgres_bin.string() + ":" + path;
  base["PATH"] = path;
  base["HOME"] = pod_.directory.string();
  base["HOSTNAME"] = kube::name_of(pod_.object);
  base["PGDRILL_SANDBOX_POD_IP"] = pod_.ip;
  base["PGDRILL_SANDBOX_RUN"] =
      run_directory_of(environment, get_string(pod_.object, "metadata.namespace"), kube::name_of(pod_.object))
          .string();
  base["PGDRILL_SANDBOX_POSTGRES_BIN"] = environment.postgres_bin.string();
  base[std::string(directory_mark)] = environment.directory.string();
  base[std::string(container_mark)] = id;
  return container_variables(pod_.store, pod_.object, spec_, mounts_, std::move(base));
}

ProcessOptions Container::options_for(std::vector<std::string> command) const {
  ProcessOptions options;
  options.command = wrapper(pod_.environment);
  if (!command.empty() && command.front() == manager_program) {
    options.command.push_back(pod_.environment.self.string());
    options.command.emplace_back("sandbox");
    options.command.emplace_back("manager");
    command.erase(command.begin());
  }
  for (std::string const& argument : command) options.command.push_back(rewrite_mounts(argument, mounts_));
  options.set_env = variables_;
  options.clear_env = true;
  options.directory = working_directory();
  return options;
}

Result<> Container::start() {
  TRY(std::vector<std::string> command, command_line());
  mounts_ = mounts_of(spec_, pod_.volumes);
  std::string const id =
      sha256_hex(fmt::format("{}/{}/{}", kube::uid_of(pod_.object), name(), state_.restarts));
  TRY(variables_, environment_variables(id));
  // A pod's own command only: what is executed in it later is taken as it stands.
  for (std::string& argument : command) argument = expand_variables(argument, variables_);
  std::filesystem::path const log = log_file_of(pod_.environment, pod_.object, name(), state_.restarts);
  TRY_VOID(make_directory(pod_.environment, log.parent_path(), 0755));
  // It belongs to the container's user, so that /dev/stdout can be opened by name.
  TRY_VOID(write_owned_file(pod_.environment, log, "", 0640));
  ProcessOptions options = options_for(std::move(command));
  options.pipes = false;
  options.log_file = log.string();
  TRY(process_, Process::spawn(pod_.executor, std::move(options)));
  register_process(pod_.environment.directory, process_->pid());
  state_.id = id;
  state_.stage = ContainerState::Stage::running;
  state_.reason.clear();
  state_.message.clear();
  state_.started_at = wall_now();
  state_.started = find(spec_, "startupProbe") == nullptr;
  state_.ready = state_.started && find(spec_, "readinessProbe") == nullptr;
  pod_.event("Normal", "Pulled",
             fmt::format("Container image \"{}\" already present on machine", get_string(spec_, "image")));
  pod_.event("Normal", "Created", "Created container: " + name());
  pod_.event("Normal", "Started", "Started container " + name());
  return {};
}

Result<std::unique_ptr<Process>> Container::exec(std::vector<std::string> command) {
  if (!running() || !process_->running()) {
    return fail(bad_request_error(fmt::format("container not found (\"{}\")", name())));
  }
  // Not registered: probes would let the file grow without end, and the mark in its environment tells it too.
  return Process::spawn(pod_.executor, options_for(std::move(command)));
}

}  // namespace pgdrill::sandbox
