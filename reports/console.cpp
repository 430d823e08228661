#include "reports/console.hpp"

#include <fmt/format.h>

#include "reports/escape.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::string_view green = "32";
constexpr std::string_view red = "31";
constexpr std::string_view yellow = "33";
constexpr std::string_view grey = "90";

std::string text(json::object const& event, std::string_view path) {
  json::value const* const value = find(event, path);
  return value != nullptr && value->is_string() ? one_line(value->get_string(), 400) : std::string();
}

double seconds(json::object const& event, std::string_view key) {
  json::value const* const value = event.if_contains(key);
  return value != nullptr && value->is_int64() ? static_cast<double>(value->get_int64()) / 1e9 : 0;
}

std::string error_text(json::object const& event) {
  std::string const why = text(event, "error.why");
  std::string const todo = text(event, "error.todo");
  return text(event, "error.what") + (why.empty() ? "" : ": " + why) + (todo.empty() ? "" : " — " + todo);
}

}  // namespace

Console::Console(std::FILE* out, bool terminal, bool colour)
    : out_(out), terminal_(terminal), colour_(colour) {}

std::string Console::paint(std::string const& content, std::string_view colour) const {
  return colour_ ? fmt::format("\x1B[{}m{}\x1B[0m", colour, content) : content;
}

void Console::line(std::string const& content) {
  if (status_shown_) std::fputs("\r\x1B[2K", out_);
  status_shown_ = false;
  std::fprintf(out_, "%s\n", content.c_str());
  std::fflush(out_);
}

void Console::status(std::string const& content) {
  if (!terminal_) return;
  std::fprintf(out_, "\r\x1B[2K%s", content.c_str());
  std::fflush(out_);
  status_shown_ = true;
}

void Console::on_event(json::object const& event) {
  std::string const kind = text(event, "event");
  std::string const at = fmt::format("{:8.3f}", seconds(event, "t"));
  if (kind == "run-started") {
    line(fmt::format("{} run {} of {}", at, text(event, "run"), text(event, "scenario.name")));
  } else if (kind == "step-started") {
    step_ = text(event, "step");
    if (terminal_) {
      status(fmt::format("{} … {}", at, text(event, "title")));
    } else {
      line(fmt::format("{} … {}: {}", at, step_, text(event, "title")));
    }
  } else if (kind == "step-finished") {
    std::string const state = text(event, "status");
    if (state == "skipped") return;  // what came before has said why
    std::string const word = paint(state, state == "ok" ? green : state == "skipped" ? grey : red);
    line(fmt::format("{} {} {} in {:.3f} s{}", at, word, text(event, "step"), seconds(event, "duration_ns"),
                     event.contains("error") && state != "ok" ? "\n           " + error_text(event) : ""));
  } else if (kind == "mark") {
    line(fmt::format("{}   {} {}", at, paint(text(event, "name"), grey), text(event, "detail")));
  } else if (kind == "witness") {
    bool const seen = text(event, "status") == "seen";
    line(fmt::format("{}   {} {}: {}", at, paint(seen ? "witnessed" : "no witness", seen ? green : yellow),
                     text(event, "subject"), text(event, "observed")));
  } else if (kind == "check") {
    std::string const state = text(event, "status");
    line(fmt::format("{}   {} {}{}", at, paint(state, state == "passed" ? green : red), text(event, "name"),
                     state == "passed" ? ""
                                       : fmt::format(": expected {}, observed {}", text(event, "expected"),
                                                     text(event, "observed"))));
  } else if (kind == "finding") {
    line(fmt::format("{}   {} {}: {}", at, paint("found by " + text(event, "probe"), yellow),
                     text(event, "object"), text(event, "what")));
  } else if (kind == "interrupted") {
    line(fmt::format("{} {}: stopping and undoing", at, text(event, "signal")));
  } else if (kind == "undo-finished" && text(event, "status") != "done") {
    line(fmt::format("{} {} undo {}: {}", at, paint("failed", red), text(event, "id"), error_text(event)));
  }
}

void Console::finish(Run const& run, Verdict const& verdict, std::string const& evidence) {
  std::string const label = verdict.decision == "go"      ? "GO"
                            : verdict.decision == "no-go" ? "NO-GO"
                                                          : "INCONCLUSIVE";
  std::string_view const colour = verdict.decision == "go"      ? green
                                  : verdict.decision == "no-go" ? red
                                                                : yellow;
  line("");
  line(fmt::format("{} ({}) run {}, exit code {}",
                   paint(verdict.exit_code == exit_pass ? "PASS" : "FAIL", colour), paint(label, colour),
                   one_line(run.id), verdict.exit_code));
  for (ObjectiveResult const& objective : verdict.objectives) {
    line(fmt::format(
        "  {} {}: {}, limit {} {}", paint(objective.status, objective.status == "met" ? green : red),
        objective.name,
        objective.value ? fmt::format("{} {}", fixed(*objective.value), objective.unit) : objective.detail,
        fixed(objective.limit), objective.unit));
  }
  for (std::string const& reason : verdict.reasons) line("  " + one_line(reason, 600));
  line("evidence: " + evidence);
}

}  // namespace pgdrill::reports
