// The live report of a run for people: on a terminal, lines for what has happened and below them a few that
// are painted anew, with what runs, what it waits for, the RTO so far and the probes; elsewhere plain lines.
// In GitHub's CI annotations are added, in GitLab's the steps become collapsible sections.
#pragma once
#include <cstdio>
#include <functional>
#include <string>

#include "reports/ci.hpp"
#include "reports/live_screen.hpp"
#include "reports/live_state.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::reports {

struct ConsoleOptions {
  bool terminal = false;  ///< repaint lines
  bool colour = false;    ///< NO_COLOR (https://no-color.org) is the caller's to look at
  Ci ci = Ci::none;
  std::string scenario_file = {};                                       ///< as it was given, for annotations
  std::function<std::size_t()> width = [] { return std::size_t{80}; };  ///< columns of the terminal
};

class Console {
 public:
  Console(std::FILE* out, ConsoleOptions options);
  void on_event(json::object const& event);
  /// Paints the live part for this moment of the run; nothing without a terminal.
  void tick(Nanoseconds now);
  /// Takes the live part away, before somebody else writes to the terminal; what has scrolled by stays.
  void wipe();
  /// The end: decision, objectives, reasons, where the evidence lies.
  void finish(Run const& run, Verdict const& verdict, std::string const& evidence);

 private:
  void line(std::string const& text);
  void on_step_event(std::string const& kind, json::object const& event, std::string const& at);
  void on_undo_event(json::object const& event, std::string const& at);
  void on_result_event(std::string const& kind, json::object const& event, std::string const& at);
  void annotate(Run const& run, Verdict const& verdict);

  std::FILE* out_;
  ConsoleOptions options_;
  Paint paint_;
  LiveState state_;
  std::size_t painted_lines_ = 0;
};

}  // namespace pgdrill::reports
