// One pod, from its scheduling to its end.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/sandbox/kubelet/container.hpp"
#include "harness/sandbox/kubelet/pod_status.hpp"

namespace pgdrill::sandbox {

class Pod {
 public:
  Pod(asio::any_io_executor executor, Store& store, Environment const& environment, json::value object,
      std::string ip);

  /// Runs the pod until it is deleted from the store (and does so itself when it has stopped in time).
  [[nodiscard]] Task<> run();
  /// The object has changed.
  void update(json::value object);
  /// The object is gone without our doing (grace period 0).
  void vanish();
  /// Something that the pod may wait for has changed.
  void wake() { context_.wake.notify(); }
  /// ConfigMaps or Secrets have changed: the volumes made of them follow.
  void refresh_volumes();

  [[nodiscard]] Result<Container*> container(std::string const& name) const;
  [[nodiscard]] std::string const& ip() const { return context_.ip; }
  [[nodiscard]] std::string uid() const { return kube::uid_of(context_.object); }
  [[nodiscard]] std::string key() const;
  [[nodiscard]] json::value const& object() const { return context_.object; }

 private:
  [[nodiscard]] std::filesystem::path run_directory() const;
  Task<> supervise(Scope& scope);
  Task<> live();
  Task<bool> schedule();
  Task<bool> prepare();
  Task<bool> initialize();
  Task<> run_containers();
  Task<> stop_containers();
  Task<> run_all(Scope& scope);
  void publish();
  void leave();
  [[nodiscard]] bool deleted() const;
  [[nodiscard]] bool all_ended() const;
  [[nodiscard]] Monotonic deadline() const;

  PodContext context_;
  std::vector<std::unique_ptr<Container>> init_containers_;
  std::vector<std::unique_ptr<Container>> containers_;
  PodProgress progress_;
  Monotonic started_{};
  Monotonic deleted_at_{};
  bool vanished_ = false;
  bool life_ended_ = false;
};

}  // namespace pgdrill::sandbox
