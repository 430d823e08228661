// One container of a pod: started, watched, probed, restarted by policy.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/process.hpp"
#include "harness/base/scope.hpp"
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"
#include "harness/sandbox/kubelet/container_state.hpp"
#include "harness/sandbox/kubelet/variables.hpp"
#include "harness/sandbox/kubelet/volumes.hpp"
#include "harness/sandbox/kubelet/wake.hpp"

namespace pgdrill::sandbox {

/// What the containers of a pod share. `object` is the pod as it was seen last, with its podIP.
struct PodContext {
  Store& store;
  Environment const& environment;
  asio::any_io_executor executor;
  json::value object;
  std::string ip;
  std::filesystem::path directory;
  Volumes volumes;
  Wake wake;
  bool stopping = false;          ///< nothing is started any more
  std::function<void()> publish;  ///< writes the pod's status

  void event(std::string const& type, std::string const& reason, std::string const& message);
};

class Container {
 public:
  Container(PodContext& pod, json::value spec, bool init) : pod_(pod), spec_(std::move(spec)), init_(init) {}

  /// Runs it until it has ended and by the restart policy is not to be started again, or the pod is stopping.
  [[nodiscard]] Task<> run();
  /// To its main process, as on a node; `kill` reaches all that it started.
  void signal(int number);
  void kill();
  [[nodiscard]] Result<std::unique_ptr<Process>> exec(std::vector<std::string> command);

  [[nodiscard]] json::value const& spec() const { return spec_; }
  [[nodiscard]] std::string name() const { return get_string(spec_, "name"); }
  [[nodiscard]] bool running() const { return state_.stage == ContainerState::Stage::running; }
  [[nodiscard]] ContainerState const& state() const { return state_; }
  [[nodiscard]] std::filesystem::path log_file(bool previous) const;

 private:
  Result<> start();
  Result<std::vector<std::string>> command_line() const;
  Result<Variables> environment_variables(std::string const& id) const;
  ProcessOptions options_for(std::vector<std::string> command) const;
  std::string adapt(std::string_view text) const;
  std::string working_directory() const;
  Task<> watch(Scope& scope);
  Task<> probe_liveness();
  Task<> probe_readiness();
  Task<> kill_rest();
  void ended(int exit_code);
  bool to_restart() const;
  Task<bool> back_off();

  PodContext& pod_;
  json::value spec_;
  bool init_;
  ContainerState state_;
  std::unique_ptr<Process> process_;
  std::vector<Mount> mounts_;
  Variables variables_;
};

}  // namespace pgdrill::sandbox
