#include "reports/live_screen.hpp"

#include <fmt/format.h>

namespace pgdrill::reports {

namespace {

double seconds(Nanoseconds duration) { return static_cast<double>(duration) / 1e9; }

/// Bytes of the escape sequence or character at the front, and its columns.
std::pair<std::size_t, std::size_t> next_glyph(std::string_view text) {
  if (text.front() == '\x1B') {
    std::size_t const end = text.find('m');
    return {end == std::string_view::npos ? text.size() : end + 1, 0};
  }
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) ++length;
  return {length, 1};
}

std::string step_line(LiveStep const& step, Nanoseconds now, Paint const& paint) {
  std::string line = paint(step.id, yellow) + " " + short_duration(now - step.started);
  if (step.timeout > 0) line += " of at most " + short_duration(step.timeout);
  if (step.waiting_for.empty()) return line + (step.title.empty() ? "" : ": " + step.title);
  line += ", waits for " + step.waiting_for;
  return step.waiting_why.empty() ? line : line + ", " + step.waiting_why;
}

std::string rto_line(RtoClock const& rto, Nanoseconds now, Paint const& paint) {
  if (!rto.from) return "";
  Nanoseconds const so_far = rto.to.value_or(now) - *rto.from;
  bool const over = rto.limit_seconds && seconds(so_far) > *rto.limit_seconds;
  std::string_view const colour = over ? red : rto.to ? green : yellow;
  std::string line = "RTO " + paint(fmt::format("{:.1f} s", seconds(so_far)), colour);
  if (rto.limit_seconds) line += fmt::format(" of {:g} s", *rto.limit_seconds);
  return line + (rto.to ? ", all answers are right" : ", running");
}

std::string probe_text(LiveProbe const& probe, Paint const& paint) {
  if (probe.status.empty()) return probe.name + " " + paint("no answer yet", grey);
  std::string_view const colour = probe.status == "right" ? green : red;
  std::string text = probe.name + " " + paint(probe.status, colour);
  return probe.why.empty() ? text : text + " (" + fitted(probe.why, 40) + ")";
}

std::string worst_case_line(LiveState const& state, Nanoseconds now) {
  std::string line;
  if (state.steps_planned() > 0)
    line = fmt::format("{} of {} steps", state.steps_ended(), state.steps_planned());
  if (auto const left = state.worst_case_left(now); left && *left > 0)
    line += ", at most " + short_duration(*left) + " more";
  if (state.undo_open() > 0) line += fmt::format(", {} to undo", state.undo_open());
  return line;
}

}  // namespace

std::string Paint::operator()(std::string const& text, std::string_view code) const {
  return colour_ ? fmt::format("\x1B[{}m{}\x1B[0m", code, text) : text;
}

std::string short_duration(Nanoseconds duration) {
  double const whole = seconds(duration);
  if (whole < 10) return fmt::format("{:.1f}s", whole);
  auto const rounded = static_cast<std::int64_t>(whole);
  if (rounded < 60) return fmt::format("{}s", rounded);
  if (rounded < 3600) return fmt::format("{}m{:02}s", rounded / 60, rounded % 60);
  return fmt::format("{}h{:02}m", rounded / 3600, rounded / 60 % 60);
}

std::string fitted(std::string_view text, std::size_t width) {
  std::size_t columns = 0;
  for (std::string_view rest = text; !rest.empty();) {
    auto const [bytes, wide] = next_glyph(rest);
    columns += wide;
    rest.remove_prefix(bytes);
  }
  if (columns <= width) return std::string(text);
  std::string out;
  bool painted = false;
  std::size_t used = 0;
  for (std::string_view rest = text; !rest.empty();) {
    auto const [bytes, wide] = next_glyph(rest);
    if (used + wide > (width == 0 ? 0 : width - 1)) break;
    out += rest.substr(0, bytes);
    painted = painted || wide == 0;
    used += wide;
    rest.remove_prefix(bytes);
  }
  if (width > 0) out += "…";
  return painted ? out + "\x1B[0m" : out;
}

std::vector<std::string> live_screen(LiveState const& state, Nanoseconds now, std::size_t width,
                                     Paint const& paint) {
  std::vector<std::string> lines;
  if (state.over()) return lines;
  auto const add = [&](std::string const& line) {
    if (!line.empty()) lines.push_back(fitted(line, width));
  };
  for (LiveStep const& step : state.running()) add(step_line(step, now, paint));
  if (!state.undoing().empty()) add(paint("undo", yellow) + ": " + state.undoing());
  add(rto_line(state.rto(), now, paint));
  std::string probes;
  for (LiveProbe const& probe : state.probes()) {
    std::string const text = probe_text(probe, paint);
    probes += probes.empty() ? text : " · " + text;
  }
  add(probes);
  add(worst_case_line(state, now));
  return lines;
}

}  // namespace pgdrill::reports
