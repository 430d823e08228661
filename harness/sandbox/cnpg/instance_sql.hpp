// The operator's view of its instances: by SQL as the superuser through the pod's socket.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "harness/postgres/connection.hpp"
#include "harness/sandbox/kubelet/kubelet.hpp"

namespace pgdrill::sandbox::cnpg {

struct InstanceStatus {
  bool reachable = false;
  bool recovering = false;
  bool receiving = false;  ///< its WAL receiver runs
  std::uint64_t lsn = 0;   ///< current, or for a replica the last received or replayed
  std::int64_t timeline = 0;
  std::string system_id;
};

/// Connections of one cluster's instances, kept from one reconciliation to the next.
class InstanceSql {
 public:
  InstanceSql(Kubelet& kubelet, std::string ns) : kubelet_(kubelet), ns_(std::move(ns)) {}

  /// Runs a statement on a pod; a connection belongs to one incarnation of it (its UID).
  [[nodiscard]] Task<Result<postgres::Rows>> query(json::value pod, std::string sql, Duration limit);
  /// Never an error: an instance that does not answer is not reachable.
  [[nodiscard]] Task<InstanceStatus> status(json::value pod);
  void forget(std::string const& pod) { connections_.erase(pod); }

 private:
  struct Entry {
    std::string uid;
    std::shared_ptr<postgres::AsyncConnection> connection;
  };
  [[nodiscard]] Task<Result<std::shared_ptr<postgres::AsyncConnection>>> connection_to(json::value pod);

  Kubelet& kubelet_;
  std::string ns_;
  std::map<std::string, Entry> connections_;
};

}  // namespace pgdrill::sandbox::cnpg
