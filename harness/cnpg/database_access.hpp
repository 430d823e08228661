// How pgdrill reaches the databases of a namespace: through the Kubernetes API, so that the same way works
// against any cluster. The application's role comes by port-forward with the secret that CNPG made; the
// superuser by exec of psql in the primary's pod (https://cloudnative-pg.io/documentation/current/security/).
// What measures as a client does may also go the client's way: by the Service's name in the cluster's DNS.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "harness/kube/client.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::cnpg {

class MemoryFile;

/// One way to a database.
struct Way {
  std::string service;
  std::string secret;    ///< with the keys username and password
  bool by_name = false;  ///< to SERVICE.NAMESPACE.svc, which has an address in the cluster alone; no forward
  std::string tls = "require";  ///< libpq's sslmode
  /// Secret whose ca.crt must have signed the server's certificate, for verify-ca and verify-full.
  std::string authority = "";
};

/// "orders-rw.develop.svc": the name of a Service in its cluster.
[[nodiscard]] std::string service_name_in_dns(std::string_view service, std::string_view ns);

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
  /// The same by any way. The host is the Service's name, which verify-full compares with the certificate.
  /// The authority's certificate is in memory: `root_certificate` is for connections of this process alone,
  /// while this object is there.
  [[nodiscard]] Task<Result<postgres::ConnectionParameters>> reach(Way way, std::string database = "");
  /// Runs SQL as the superuser in the current primary's pod: psql -XAt, one statement or several, as one
  /// string. Returns what psql printed (fields separated by "|"). Bounded by the client's deadline, or by a
  /// limit of its own. Errors: postgres with the server's message.
  [[nodiscard]] Task<Result<std::string>> superuser(std::string cluster, std::string database,
                                                    std::string sql,
                                                    std::optional<Duration> limit = std::nullopt);
  /// Name of the current primary's pod.
  [[nodiscard]] Task<Result<std::string>> primary_pod(std::string cluster);

 private:
  [[nodiscard]] Task<Result<>> lead_through_forward(postgres::ConnectionParameters& into,
                                                    std::string service);
  [[nodiscard]] Task<Result<>> lead_by_name(postgres::ConnectionParameters& into, std::string service);
  [[nodiscard]] Task<Result<>> trust(postgres::ConnectionParameters& into, std::string authority);

  std::shared_ptr<kube::Client> kube_;
  std::string ns_;
  std::map<std::string, std::unique_ptr<kube::ServiceForward>> forwards_;
  std::map<std::string, std::unique_ptr<MemoryFile>> certificates_;  ///< by their text
};

}  // namespace pgdrill::cnpg
