// What goes on in a run at this moment, folded from its journal event by event, for the live terminal. No
// clock of its own: whoever shows it says what time it is.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.hpp"
#include "reports/run.hpp"

namespace pgdrill::reports {

struct LiveStep {
  std::string id;
  std::string title;
  Nanoseconds started = 0;
  Nanoseconds timeout = 0;  ///< 0: not known
  std::string waiting_for;  ///< empty: it is not waiting, or does not say
  std::string waiting_why;
};

struct LiveProbe {
  std::string name;
  bool counts_for_rto = false;
  std::string status;  ///< "right", "wrong", "failed"; empty before its first answer
  std::string why;     ///< of one that is not right
};

/// The RTO as it grows: from the first answer that failed or was wrong, to the last time that all became
/// right.
struct RtoClock {
  std::optional<Nanoseconds> from;
  std::optional<Nanoseconds> to;  ///< empty: it runs
  std::optional<double> limit_seconds;
};

class LiveState {
 public:
  void on_event(json::object const& event);

  [[nodiscard]] std::vector<LiveStep> const& running() const { return running_; }
  [[nodiscard]] std::vector<LiveProbe> const& probes() const { return probes_; }
  [[nodiscard]] RtoClock const& rto() const { return rto_; }
  /// What the steps that have not ended may take at most from now on; nothing when the journal does not say.
  [[nodiscard]] std::optional<Nanoseconds> worst_case_left(Nanoseconds now) const;
  [[nodiscard]] std::size_t steps_planned() const { return planned_.size(); }
  [[nodiscard]] std::size_t steps_ended() const { return ended_; }
  /// What is being undone, or announced and still to undo.
  [[nodiscard]] std::string const& undoing() const { return undoing_; }
  [[nodiscard]] std::size_t undo_open() const { return undo_.size(); }
  [[nodiscard]] bool over() const { return over_; }

 private:
  struct Planned {
    std::string id;
    Nanoseconds timeout = 0;
    std::size_t block = 0;
    bool ended = false;
    std::string when;
  };
  struct Block {
    Nanoseconds longest = 0;
    Nanoseconds started = -1;
  };
  struct Answers {
    bool right = true;
    Nanoseconds changed = 0;
  };

  void plan(json::object const& event);
  void on_step_started(json::object const& event);
  void on_step_finished(json::object const& event);
  void on_sample(json::object const& event);
  void on_undo(std::string const& kind, json::object const& event);
  LiveStep* find_running(std::string const& id);

  std::vector<Planned> planned_;
  std::vector<Block> blocks_;
  std::vector<LiveStep> running_;
  std::vector<LiveProbe> probes_;
  std::map<std::string, Answers> answers_;   ///< by probe and class, of those that count for the RTO
  std::map<std::string, std::string> undo_;  ///< open records: id to summary
  RtoClock rto_;
  std::string undoing_;
  std::size_t ended_ = 0;
  bool clean_up_ = false;
  bool over_ = false;
};

}  // namespace pgdrill::reports
