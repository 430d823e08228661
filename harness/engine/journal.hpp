// The journal: the only truth of a run. An append-only file of JSON lines; nothing is reported that is not in
// it.
//
// Every line has: seq (from 1), t (ns since the start of the run, monotonic), wall (RFC 3339, microseconds),
// run (id), event; then the event's own fields:
//   run-started    scenario{name,title,file,sha256} pgdrill{version} seed
//   target{namespace,cluster,database,service,
//                  context,postgres} objectives[{name,limit_ns|limit_count,unit}] probes[{name,kind,rto}]
//                  steps[{id,kind,title}]
//                  (since version 0.2 also: seed, placebo(bool), scenario{tags,variables,expect(pass|fail)};
//                  steps[] has sort(fault) and when(text) where they apply, faults stand among the steps)
//                  (and: steps[] has timeout_ns and block, an index into blocks_ns[], the worst case of each
//                  item of the scenario's list)
//                  (and: scenario.drill_sha256, of what the drill does whatever the file says beside it;
//                  gate{metrics[],limits_ns{},minimum_change_percent,floor_ns,window,require_history,
//                  baseline_branch,baseline_tag}, all optional: what `pgdrill gate` holds the run against)
//                  (and: checks[{name,step}], the `check` events that the run writes when it comes to its
//                  end, in their order; step is empty for a condition of the steady state) (and:
//                  repetition{id,index,of} of a run that is repeated; the repeats of one run share the id)
//                  (and: steps[].effect(true) of a step that writes a witness whenever it ends well; faults
//                  do anyway) (and: scenario.objectives(none) of one that is known to demand nothing)
//   step-started   step kind title
//   waiting        step for why?                    what a step waits for from here on, for people
//   trigger        step condition condition_ns unmet_ns? at? observed
//                  (the condition held at condition_ns as it was seen, and not yet at unmet_ns, when the last
//                  question was asked that it did not answer; `at` is the source's own clock; the event's own
//                  t is the moment at which the step acts)
//   fault          step action(armed|applied|lifted|left|missed|left-out) target? why? act_ns? error_ns?
//                  (error_ns: from the condition until the act began)
//   abort          condition condition_ns observed | error{}       abort-when stopped the run
//   abandoned      left[text]      the third signal: the program left while this was not undone
//   step-finished  step status(ok|failed|error|cancelled|skipped) duration_ns outputs{}
//   error{kind,what,where,why,todo,code}
//                  (failed: a property is disproved; error: could not be done or decided)
//   mark           name step source at? detail?      a moment of the rollback; `at` is the source's own
//   clock. Names in order:
//                  damage-done detected decided revert-pushed revert-fetched revert-applied restore-requested
//                  recovery-started base-restored replay-started replay-stopped promoted cluster-ready
//                  cut-over reconnected verified
//   clock          mark order(same|before|after) step source clock(kubernetes|node) at resolution_ns
//                  (a moment by a clock of the cluster beside the mark of that name and step: the same
//                  moment, or one that must lie before or after it)
//   clock-offset   clock(kubernetes|node) step seen_by least_ns most_ns      that clock is at least and at
//                  most so far ahead of ours
//   witness        subject(step id) status(seen|missing) channel expected observed detail
//   check          name subject(archive|backup|schema|data|marker|ledger|history|writes|application) step
//                  status(passed|failed|undecided) expected observed details[text] not_examined[text]?
//   finding        probe object what count rows[text] authorised(bool)   a difference that a probe saw
//   sample         probe class scheduled_ns started_ns ended_ns status(right|wrong|failed) value?
//   error{class,code,why}?
//                  (times since the start of the run; `wrong`: an answer that breaks the invariant)
//   probe-started  probe kind     probe-finished probe samples error?
//   ledger-verdict probe acked failed unknown present rightly_absent lost[seq...] resurrected[seq...]
//   duplicated[seq...]
//                  altered[seq...] rpo_ns
//   fact           name value     evidence: captured-target backup migration restore flux cluster-before
//   environment restored-end ...
//   undo-announced id kind summary record
//   undo-started   id lift(true)?          (lift: of one fault, in the middle of the run)
//   undo-finished  id status(done|failed) error?
//   interrupted    signal
//   run-finished   status(completed|failed|error|interrupted) error?
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.hpp"
#include "harness/base/json.hpp"
#include "harness/base/task.hpp"
#include "harness/base/time.hpp"

namespace pgdrill::engine {

class Journal {
 public:
  /// Creates the file (refuses an existing one) and starts the run's clock.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> create(std::filesystem::path const& file,
                                                               std::string run_id);
  /// A journal on an open descriptor, which it closes at the end; `file` is for messages.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> over(int descriptor, std::filesystem::path file,
                                                             std::string run_id);
  ~Journal();
  Journal(Journal const&) = delete;
  Journal& operator=(Journal const&) = delete;

  /// Appends an event. A failure (disk full) is kept in `problem()` and told to the `on_problem` listener:
  /// the run then stops, since what is not in the journal did not happen.
  void write(std::string_view event, json::object fields);
  /// Appends and fsyncs; for undo records, which must be on disk before the act.
  [[nodiscard]] Result<> write_durably(std::string_view event, json::object fields);
  /// Ends when all that was written before is on disk; other tasks go on meanwhile, since a disk may take its
  /// time. The journal must outlive it.
  [[nodiscard]] Task<Result<>> sync();

  [[nodiscard]] std::optional<Error> const& problem() const { return problem_; }
  void on_problem(std::function<void()> listener) { on_problem_ = std::move(listener); }
  /// Called with every event after it is written: console and live metrics.
  void subscribe(std::function<void(json::object const&)> listener) {
    listeners_.push_back(std::move(listener));
  }

  [[nodiscard]] std::string const& run_id() const { return run_id_; }
  [[nodiscard]] std::filesystem::path const& file() const { return file_; }
  /// ns since the start of the run, for sample times.
  [[nodiscard]] std::int64_t elapsed_ns() const;
  [[nodiscard]] std::int64_t elapsed_ns(Monotonic at) const;

 private:
  Journal() = default;
  [[nodiscard]] Result<> synced(int number);
  int descriptor_ = -1;
  std::filesystem::path file_;
  std::string run_id_;
  Monotonic started_;
  std::int64_t sequence_ = 0;
  std::optional<Error> problem_;
  std::function<void()> on_problem_;
  std::vector<std::function<void(json::object const&)>> listeners_;
};

/// An error as the journal holds it.
[[nodiscard]] json::object to_json(Error const& error);

}  // namespace pgdrill::engine
