// What several steps need: the rest of their time, and polling of what cannot be watched.
#pragma once
#include <functional>

#include "harness/engine/registry.hpp"

namespace pgdrill::steps {

/// The time that a step has left. It ends a little before the step's own deadline, so that what comes out is
/// the message of the wait that was too long.
class TimeLeft {
 public:
  explicit TimeLeft(Duration timeout) : end_(std::chrono::steady_clock::now() + timeout * 49 / 50) {}
  [[nodiscard]] Duration left() const;
  [[nodiscard]] bool over() const { return left() == Duration::zero(); }

 private:
  Monotonic end_;
};

// Questions to PostgreSQL and to a fact that a probe writes cannot be watched: they are asked so often.
inline constexpr auto poll_interval = std::chrono::milliseconds(100);

/// The time-out of a step's wait.
[[nodiscard]] tl::unexpected<Error> waited_too_long(std::string what, std::string where,
                                                    std::string last_seen);

/// Single value of a query as the superuser, without the newline.
[[nodiscard]] Task<Result<std::string>> ask(engine::RunContext& context, std::string cluster,
                                            std::string sql);

/// The superuser's way for a state probe, into the target's database in a cluster; the context outlives it.
[[nodiscard]] engine::AskSuperuser superuser_of(engine::RunContext& context, std::string cluster);

/// The fact of a captured target, and the name of the Cluster that an earlier step restored; error refused
/// when there is none.
[[nodiscard]] Result<json::object> captured_target(engine::RunContext const& context,
                                                   std::string const& name);
[[nodiscard]] Result<std::string> restored_cluster(engine::RunContext const& context);

/// Waits until the archiver of a cluster's primary has come to `wal`. Error timeout names what it has.
[[nodiscard]] Task<Result<>> wait_archived(engine::RunContext& context, std::string cluster, std::string wal,
                                           TimeLeft time);

}  // namespace pgdrill::steps
