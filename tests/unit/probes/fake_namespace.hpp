// A run in a namespace whose one service leads to a test server: the ways that probes use, without an API
// server.
#pragma once
#include <filesystem>
#include <optional>

#include "harness/engine/context.hpp"
#include "harness/engine/registry.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::test {

/// Where the service "orders-db" leads at the moment; a test may change it, as a cut-over does.
struct Backend {
  postgres::ConnectionParameters database;
  /// Where services lead whose name ends in "-ro"; nowhere: as all others.
  std::optional<postgres::ConnectionParameters> replica = std::nullopt;
  std::string authority = "";           ///< ca.crt of the Secret "orders-ca"; empty: there is none
  std::uint16_t published_port = 5432;  ///< of every Service, for whoever goes by its name
  int forwards = 0;                     ///< how many connections went through port-forward
};

/// A client that knows a Secret, a Service and a Pod, takes ConfigMaps, and forwards ports to the backend.
[[nodiscard]] std::shared_ptr<kube::Client> make_fake_client(std::shared_ptr<Backend> backend);

/// All that a probe needs to run; its journal and evidence are in a temporary directory that goes with it.
class FakeRun {
 public:
  explicit FakeRun(postgres::ConnectionParameters database);
  ~FakeRun();
  FakeRun(FakeRun const&) = delete;
  FakeRun& operator=(FakeRun const&) = delete;

  [[nodiscard]] engine::RunContext& context() { return *context_; }
  [[nodiscard]] Backend& backend() { return *backend_; }
  /// Ends the forwards, which belong to the loop that they were opened on.
  void close_forwards();
  /// Events of the journal so far, of one name.
  [[nodiscard]] std::vector<json::object> events(std::string_view name) const;

 private:
  std::filesystem::path directory_;
  std::shared_ptr<Backend> backend_;
  std::shared_ptr<kube::Client> client_;
  std::unique_ptr<engine::Journal> journal_;
  std::unique_ptr<engine::UndoLog> undo_;
  std::unique_ptr<cnpg::DatabaseAccess> databases_;
  std::unique_ptr<engine::RunContext> context_;
};

/// A probe's spec with its declaration's defaults and some values of its own.
[[nodiscard]] scenario::ProbeSpec probe_spec(std::string const& kind, json::object values);

/// Prepares a probe and runs it until `done` holds for the journal, then cancels it.
[[nodiscard]] Task<> run_probe_until(FakeRun& run, scenario::ProbeSpec spec, std::function<bool()> done);

}  // namespace pgdrill::test
