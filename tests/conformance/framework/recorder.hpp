// Watches a namespace and notes what a client sees of it.
#pragma once
#include <memory>

#include "harness/base/scope.hpp"
#include "harness/kube/client.hpp"
#include "tests/conformance/framework/normalise.hpp"
#include "tests/conformance/framework/observations.hpp"

namespace pgdrill::conformance {

class Recorder {
 public:
  Recorder(std::shared_ptr<kube::Client> client, std::string ns);

  /// Starts a watch per kind in the scope.
  void start(Scope& scope);
  [[nodiscard]] Normaliser& normaliser() { return normaliser_; }

  /// From here on what changes belongs to a new chapter.
  void begin();
  /// What the chapter did itself, at the end of a track.
  void note(std::string const& track, std::string_view value);
  /// Waits until nothing has changed for `quiet` (at most ten times as long), then gives the chapter's
  /// observations.
  [[nodiscard]] Task<Observations> finish(Duration quiet);

 private:
  struct Change {
    std::uint64_t version = 0;  ///< the API's order over all kinds
    Monotonic at;
    std::size_t arrival = 0;  ///< keeps the order of one object's changes
    std::string object;       ///< "Pod orders-1"
    std::string path;         ///< empty: the object itself came or went
    std::string value;
    std::string cluster;  ///< that it belongs to
  };

  Task<> watch(kube::ResourceType type);
  void on_event(kube::WatchEvent const& event);
  void on_kubernetes_event(json::value const& object);
  void add(Change change);

  std::shared_ptr<kube::Client> client_;
  std::string ns_;
  Normaliser normaliser_;
  std::map<std::string, std::map<std::string, std::string>> known_;  ///< fields by object
  std::vector<Change> changes_;
  std::vector<std::pair<std::string, std::string>> notes_;
  Monotonic begun_;
  Monotonic last_change_;
};

}  // namespace pgdrill::conformance
