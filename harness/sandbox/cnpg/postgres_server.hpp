// The postmaster as a child of the manager, its log wrapped line by line.
#pragma once
#include <memory>
#include <string>

#include "harness/base/process.hpp"
#include "harness/base/scope.hpp"
#include "harness/sandbox/cnpg/manager_context.hpp"

namespace pgdrill::sandbox::cnpg {

enum class Shutdown { smart, fast, immediate };

class PostgresServer {
 public:
  /// Starts it; the scope gets the readers of its log, which end after the server. The server dies with the
  /// manager.
  [[nodiscard]] static Result<std::unique_ptr<PostgresServer>> start(asio::any_io_executor executor,
                                                                     Scope& scope,
                                                                     ManagerContext const& context);
  virtual ~PostgresServer() = default;
  [[nodiscard]] virtual bool running() const = 0;
  [[nodiscard]] virtual Task<int> wait() = 0;  ///< exit code
  virtual void request_shutdown(Shutdown mode) = 0;
  virtual void reload() = 0;  ///< reads the configuration files again
};

}  // namespace pgdrill::sandbox::cnpg
