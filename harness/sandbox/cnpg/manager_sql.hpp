// SQL of the manager: blocking, as the superuser through the pod's socket.
#pragma once
#include <memory>
#include <string>

#include "harness/sandbox/cnpg/manager_context.hpp"

struct pg_conn;

namespace pgdrill::sandbox::cnpg {

class ManagerSql {
 public:
  /// Errors: unreachable with libpq's text.
  [[nodiscard]] static Result<ManagerSql> connect(ManagerContext const& context,
                                                  std::string const& database = "postgres");
  /// Runs one statement; gives the first value of the first row, empty for NULL or no row. Error kind
  /// postgres.
  [[nodiscard]] Result<std::string> run(std::string const& sql);
  /// The same with the columns of the first row.
  [[nodiscard]] Result<std::vector<std::string>> row(std::string const& sql);
  [[nodiscard]] std::string identifier(std::string const& name) const;
  [[nodiscard]] std::string literal(std::string const& text) const;

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  std::unique_ptr<pg_conn, Close> connection_;
};

}  // namespace pgdrill::sandbox::cnpg
