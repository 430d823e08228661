// What all continuous probes share: a fixed schedule, samples in the journal, a connection that is made anew.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "harness/engine/registry.hpp"
#include "probes/ledger_verdict.hpp"

namespace pgdrill::probes {

/// A schedule that does not move when a call stalls (no coordinated omission): calls that would have been
/// made meanwhile are known.
class FixedSchedule {
 public:
  FixedSchedule(Monotonic first, Duration every) : next_(first), every_(every) {}
  /// When the next call is due.
  [[nodiscard]] Monotonic due() const { return next_; }
  /// Ends the call that was due: returns the times at which further calls were due before `now`, and moves on
  /// to the first one after it.
  [[nodiscard]] std::vector<Monotonic> finish(Monotonic now);
  /// Moves on by one call.
  void advance() { next_ += every_; }

 private:
  Monotonic next_;
  Duration every_;
};

enum class SampleStatus { right, wrong, failed };

/// How one call ended.
struct Outcome {
  SampleStatus status = SampleStatus::failed;
  std::string value;           ///< what was answered; may be empty
  std::optional<Error> error;  ///< for failed
};
[[nodiscard]] Outcome failed_outcome(Error error);
/// Right or wrong by comparison of an answer with the expectation; failed for an error.
[[nodiscard]] Outcome judge(Result<postgres::Rows> const& rows, std::string_view expected);

/// What a client knows of a write by its answer: a refusal by PostgreSQL is certain, except when the session
/// ended; then the commit may have come before.
[[nodiscard]] WriteStatus write_status(Result<postgres::Rows> const& rows);

/// One call of a schedule.
struct Slot {
  Monotonic scheduled;
  Monotonic started;
  bool waited = false;  ///< not made: it has the fate of a call that was
};

/// One class of calls of a probe: waits for the next one's time and writes its sample. Either one call after
/// the other (wait, then record or skip), or calls that overlap (next, then record with the slot). A sample
/// that is not right though a call scheduled later was answered rightly already is `overtaken`: it says
/// nothing about now.
class Sampler {
 public:
  Sampler(engine::RunContext& context, std::string probe, std::string call_class, Duration every);
  /// Waits until the next call is due.
  [[nodiscard]] Task<> wait();
  /// Writes the sample of the call that was due. Calls that fell due while it ran get a sample with its fate,
  /// their own scheduled time and `waited`: a client that had made them would have waited for the same
  /// answer.
  void record(Outcome const& outcome);
  /// Waits until the next call is due, and moves the schedule on.
  [[nodiscard]] Task<Slot> next();
  /// Writes the sample of a call that has just ended.
  void record(Slot const& slot, Outcome const& outcome);
  /// Ends the call that was due without a sample: there was nothing to ask yet.
  void skip() { static_cast<void>(schedule_.finish(std::chrono::steady_clock::now())); }
  [[nodiscard]] std::int64_t samples() const { return samples_; }

 private:
  void write(Slot const& slot, Outcome const& outcome, Monotonic ended);
  engine::RunContext& context_;
  std::string probe_;
  std::string call_class_;
  FixedSchedule schedule_;
  Monotonic started_;
  Monotonic newest_right_;           ///< scheduled time of the latest call that was answered rightly
  std::int64_t last_other_ns_ = -1;  ///< when an answer was last not right; -1: never
  std::int64_t samples_ = 0;
};

/// A connection as an application's pool holds it: made when needed, given up when broken or older than its
/// lifetime, so that a cut-over of the service is seen.
class Link {
 public:
  Link(engine::RunContext& context, cnpg::Way way, Duration lifetime);
  /// Connects when needed and runs one statement, all within `limit`.
  [[nodiscard]] Task<Result<postgres::Rows>> query(std::string sql,
                                                   std::vector<std::optional<std::string>> parameters,
                                                   Duration limit);
  /// Connects anew and asks nothing; for measuring connects.
  [[nodiscard]] Task<Result<>> reconnect(Duration limit);
  void close() { connection_.reset(); }

 private:
  [[nodiscard]] Task<Result<>> connect(Duration limit);
  [[nodiscard]] Task<Result<postgres::Rows>> attempt(std::string sql,
                                                     std::vector<std::optional<std::string>> parameters,
                                                     Duration limit);
  engine::RunContext& context_;
  cnpg::Way way_;
  Duration lifetime_;
  std::optional<postgres::ConnectionParameters> parameters_;
  std::unique_ptr<postgres::AsyncConnection> connection_;
  Monotonic connected_at_;
};

/// Why a time between calls cannot be meant; empty: it can.
[[nodiscard]] std::string why_too_often(std::string const& every);
/// Parameters that each probe on a database takes: every, timeout, service, secret.
[[nodiscard]] std::vector<scenario::ParameterDeclaration> common_parameters(std::string every,
                                                                            std::string timeout);
[[nodiscard]] std::vector<scenario::Permission> database_permissions();
[[nodiscard]] std::string service_of(engine::RunContext const& context, scenario::ProbeSpec const& spec);
[[nodiscard]] std::string secret_of(engine::RunContext const& context, scenario::ProbeSpec const& spec);

/// Parameters of a probe that may go the way that clients in the cluster go: via, tls, authority.
[[nodiscard]] std::vector<scenario::ParameterDeclaration> way_parameters();
/// The way that a probe's parameters describe; without way_parameters: by forward, no certificate is checked.
[[nodiscard]] cnpg::Way way_of(engine::RunContext const& context, scenario::ProbeSpec const& spec);

}  // namespace pgdrill::probes
