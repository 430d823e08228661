// A sandbox of the real binary for tests, with its demo; one per test program run, since its cluster takes
// seconds.
#pragma once
#include <memory>

#include "harness/base/json.hpp"
#include "tests/support/command.hpp"

namespace pgdrill::test {

class Sandbox {
 public:
  /// Starts it and waits until the API answers; throws with its output when it does not.
  explicit Sandbox(bool empty = false);
  ~Sandbox();

  [[nodiscard]] std::filesystem::path directory() const { return directory_.path() / "sandbox"; }
  [[nodiscard]] std::string kubeconfig() const { return (directory() / "kubeconfig").string(); }
  [[nodiscard]] Background& process() { return *process_; }

  /// kubectl ARGUMENTS against it, with a discovery cache of its own.
  [[nodiscard]] CommandResult kubectl(std::vector<std::string> arguments) const;
  /// An object as JSON, null when kubectl cannot get it.
  [[nodiscard]] json::value get(std::string const& kind, std::string const& name) const;
  /// What psql prints, unaligned, of a statement in database app on the primary of Cluster develop/orders.
  [[nodiscard]] std::string sql(std::string const& statement) const;
  /// pgdrill VERB ARGUMENTS --kubeconfig ITS.
  [[nodiscard]] CommandResult pgdrill(std::vector<std::string> arguments) const;
  [[nodiscard]] std::vector<std::string> pgdrill_command(std::vector<std::string> arguments) const;
  /// Waits until Cluster develop/orders is healthy; prints what a person would look at first when it is not.
  [[nodiscard]] bool healthy() const;
  /// What its process has printed and is doing: of use when its API does not answer.
  [[nodiscard]] std::string state_of_process() const;

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Background> process_;
};

}  // namespace pgdrill::test
