// The live report of a run for people: a status line on a terminal, plain lines elsewhere.
#pragma once
#include <cstdio>
#include <string>

#include "reports/verdict.hpp"

namespace pgdrill::reports {

class Console {
 public:
  /// `terminal`: rewrite a status line and use colour (NO_COLOR is the caller's to look at).
  Console(std::FILE* out, bool terminal, bool colour);
  void on_event(json::object const& event);
  /// The end: decision, objectives, reasons, where the evidence lies.
  void finish(Run const& run, Verdict const& verdict, std::string const& evidence);

 private:
  void line(std::string const& text);
  void status(std::string const& text);
  [[nodiscard]] std::string paint(std::string const& text, std::string_view colour) const;

  std::FILE* out_;
  bool terminal_;
  bool colour_;
  bool status_shown_ = false;
  std::string step_;
  std::string probes_;
};

}  // namespace pgdrill::reports
