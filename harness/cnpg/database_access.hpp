// How pgdrill reaches the databases of a namespace: through the Kubernetes API, so that the same way works
// against any cluster. The application's role comes by port-forward with the secret that CNPG made; the
// superuser by exec of psql in the primary's pod (https://cloudnative-pg.io/documentation/current/security/).
#pragma once
#include <map>
#include <memory>
#include <string>

#include "harness/kube/client.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::cnpg {

class DatabaseAccess {
 public:
  DatabaseAccess(std::shared_ptr<kube::Client> kube, std::string ns);
  ~DatabaseAccess();

  /// Parameters for a connection through a Service ("orders-rw", "orders-db") with the credentials in a
  /// Secret
  /// ("orders-app": username, password). Opens one forward per service and keeps it; each connection is led
  /// to the pod that the service selects at that moment. An empty database takes the secret's `dbname`.
  [[nodiscard]] Task<Result<postgres::ConnectionParameters>> reach(std::string service, std::string secret,
                                                                   std::string database = "");
  /// Runs SQL as the superuser in the current primary's pod: psql -XAt, one statement or several, as one
  /// string. Returns what psql printed (fields separated by "|"). Bounded by the client's deadline, or by a
  /// limit of its own. Errors: postgres with the server's message.
  [[nodiscard]] Task<Result<std::string>> superuser(std::string cluster, std::string database,
                                                    std::string sql,
                                                    std::optional<Duration> limit = std::nullopt);
  /// Name of the current primary's pod.
  [[nodiscard]] Task<Result<std::string>> primary_pod(std::string cluster);

 private:
  std::shared_ptr<kube::Client> kube_;
  std::string ns_;
  std::map<std::string, std::unique_ptr<kube::ServiceForward>> forwards_;
};

}  // namespace pgdrill::cnpg
