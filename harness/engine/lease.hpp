// One run at a time holds a namespace: a Lease "pgdrill" (coordination.k8s.io/v1), as leader election uses
// it.
#pragma once
#include <memory>
#include <string>

#include "harness/base/task.hpp"
#include "harness/kube/client.hpp"

namespace pgdrill::engine {

inline constexpr std::string_view lease_name = "pgdrill";

class NamespaceLease {
 public:
  static constexpr Duration usual_duration = std::chrono::seconds(12);

  /// A killed run blocks its namespace no longer than `duration`; it is renewed four times in that time.
  NamespaceLease(std::shared_ptr<kube::Client> client, std::string ns, std::string holder,
                 Duration duration = usual_duration);

  /// Takes the lease, or takes over one that has expired. Error refused names the run that holds it.
  [[nodiscard]] Task<Result<>> acquire();
  /// Renews until cancelled. Ends with an error when another holder took it, or when it could not be renewed
  /// before it expired: then the run must stop.
  [[nodiscard]] Task<Result<>> keep();
  /// Deletes it when it is held. Already gone is success.
  [[nodiscard]] Task<Result<>> release();
  [[nodiscard]] bool held() const { return held_; }

 private:
  [[nodiscard]] Task<Result<>> renew();
  std::shared_ptr<kube::Client> client_;
  std::string ns_;
  std::string holder_;
  Duration duration_;
  std::string uid_;
  bool held_ = false;
};

/// For clean-up: waits until the lease is gone or its holder has let it expire, then deletes it. Error
/// refused when it is renewed meanwhile: the run that holds it is alive.
[[nodiscard]] Task<Result<>> release_stale_lease(kube::Client& client, std::string ns);

}  // namespace pgdrill::engine
