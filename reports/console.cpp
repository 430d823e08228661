#include "reports/console.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/escape.hpp"

namespace pgdrill::reports {

namespace {

std::string text(json::object const& event, std::string_view path) {
  json::value const* const value = find(event, path);
  return value != nullptr && value->is_string() ? one_line(value->get_string(), 400) : std::string();
}

Nanoseconds number(json::object const& event, std::string_view key) {
  json::value const* const value = event.if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::string error_text(json::object const& event) {
  std::string const why = text(event, "error.why");
  std::string const todo = text(event, "error.todo");
  return text(event, "error.what") + (why.empty() ? "" : ": " + why) +
         (todo.empty() ? "" : "\n             to mend it: " + todo);
}

std::string_view colour_of(Verdict const& verdict) {
  return verdict.decision == "go" ? green : verdict.decision == "no-go" ? red : yellow;
}

std::string label_of(Verdict const& verdict) {
  if (verdict.decision == "go") return "GO";
  return verdict.decision == "no-go" ? "NO-GO" : "INCONCLUSIVE";
}

std::string objective_text(ObjectiveResult const& objective) {
  std::string const value =
      objective.value ? fmt::format("{} {}", fixed(*objective.value), objective.unit) : objective.detail;
  return fmt::format("{}: {}, limit {} {}", objective.name, value, fixed(objective.limit), objective.unit);
}

}  // namespace

Console::Console(std::FILE* out, ConsoleOptions options)
    : out_(out), options_(std::move(options)), paint_(options_.colour) {}

void Console::wipe() {
  if (painted_lines_ == 0) return;
  if (painted_lines_ > 1) std::fprintf(out_, "\x1B[%zuA", painted_lines_ - 1);
  std::fputs("\r\x1B[J", out_);
  std::fflush(out_);
  painted_lines_ = 0;
}

void Console::line(std::string const& content) {
  wipe();
  std::fprintf(out_, "%s\n", content.c_str());
  std::fflush(out_);
}

void Console::tick(Nanoseconds now) {
  if (!options_.terminal) return;
  std::vector<std::string> const lines = live_screen(state_, now, options_.width(), paint_);
  wipe();
  for (std::string const& one : lines) {
    std::fprintf(out_, "%s%s", painted_lines_ == 0 ? "" : "\n", one.c_str());
    ++painted_lines_;
  }
  std::fflush(out_);
}

void Console::on_event(json::object const& event) {
  std::string const kind = text(event, "event");
  std::string const at = fmt::format("{:8.3f}", static_cast<double>(number(event, "t")) / 1e9);
  state_.on_event(event);
  if (kind == "run-started") {
    line(fmt::format("{} run {} of {}", at, text(event, "run"), text(event, "scenario.name")));
  } else if (kind.starts_with("step-") || kind == "waiting") {
    on_step_event(kind, event, at);
  } else if (kind == "interrupted") {
    line(fmt::format("{} {}: stopping and undoing", at, text(event, "signal")));
  } else if (kind == "undo-finished") {
    on_undo_event(event, at);
  } else {
    on_result_event(kind, event, at);
  }
  // Events that are no line still change the live part; ticks alone would show them late.
  if (kind != "sample" && kind != "fact") tick(number(event, "t"));
}

void Console::on_step_event(std::string const& kind, json::object const& event, std::string const& at) {
  std::string const id = text(event, "step");
  bool const gitlab = options_.ci == Ci::gitlab && !options_.terminal;
  if (kind == "step-started") {
    if (gitlab)
      std::fputs(gitlab_section_start(id, id + ": " + text(event, "title"), wall_now()).c_str(), out_);
    if (!options_.terminal) line(fmt::format("{} … {}: {}", at, id, text(event, "title")));
    return;
  }
  if (kind == "waiting") {
    std::string const why = text(event, "why");
    if (!options_.terminal)
      line(fmt::format("{}   waits for {}{}", at, text(event, "for"), why.empty() ? "" : ", " + why));
    return;
  }
  std::string const state = text(event, "status");
  if (state == "skipped") return;  // what came before has said why
  line(fmt::format("{} {} {} in {:.3f} s{}", at, paint_(state, state == "ok" ? green : red), id,
                   static_cast<double>(number(event, "duration_ns")) / 1e9,
                   event.contains("error") && state != "ok" ? "\n           " + error_text(event) : ""));
  if (gitlab) std::fputs(gitlab_section_end(id, wall_now()).c_str(), out_);
}

void Console::on_undo_event(json::object const& event, std::string const& at) {
  if (text(event, "status") == "done") return;
  line(fmt::format("{} {} undo {}: {}", at, paint_("failed", red), text(event, "id"), error_text(event)));
}

void Console::on_result_event(std::string const& kind, json::object const& event, std::string const& at) {
  if (kind == "mark") {
    line(fmt::format("{}   {} {}", at, paint_(text(event, "name"), grey), text(event, "detail")));
  } else if (kind == "witness") {
    bool const seen = text(event, "status") == "seen";
    line(fmt::format("{}   {} {}: {}", at, paint_(seen ? "witnessed" : "no witness", seen ? green : yellow),
                     text(event, "subject"), text(event, "observed")));
  } else if (kind == "check") {
    std::string const state = text(event, "status");
    std::string const more =
        state == "passed"
            ? ""
            : fmt::format(": expected {}, observed {}", text(event, "expected"), text(event, "observed"));
    line(fmt::format("{}   {} {}{}", at, paint_(state, state == "passed" ? green : red), text(event, "name"),
                     more));
  } else if (kind == "finding") {
    line(fmt::format("{}   {} {}: {}", at, paint_("found by " + text(event, "probe"), yellow),
                     text(event, "object"), text(event, "what")));
  } else if (kind == "trigger") {
    line(fmt::format("{}   {} {}: {}", at, paint_("now", grey), text(event, "condition"),
                     text(event, "observed")));
  } else if (kind == "fault") {
    std::string const why = text(event, "why");
    line(fmt::format("{}   {} {} {}{}", at, paint_("fault", yellow), text(event, "action"),
                     text(event, "target"), why.empty() ? "" : ": " + why));
  } else if (kind == "abort") {
    line(fmt::format("{} {} {}: {}", at, paint_("abort", red), text(event, "condition"),
                     text(event, "observed")));
  }
}

void Console::finish(Run const& run, Verdict const& verdict, std::string const& evidence) {
  line("");
  line(fmt::format("{} ({}) run {}, exit code {}",
                   paint_(verdict.exit_code == exit_pass ? "PASS" : "FAIL", colour_of(verdict)),
                   paint_(label_of(verdict), colour_of(verdict)), one_line(run.id), verdict.exit_code));
  for (ObjectiveResult const& objective : verdict.objectives) {
    line(fmt::format("  {} {}", paint_(objective.status, objective.status == "met" ? green : red),
                     objective_text(objective)));
  }
  for (std::string const& reason : verdict.reasons) line("  " + one_line(reason, 600));
  for (std::string const& one : verdict.not_examined) line("  not examined: " + one_line(one, 600));
  line("evidence: " + evidence);
  if (options_.ci == Ci::github) annotate(run, verdict);
}

/// One annotation says how it ended, and one each what was missed and why.
void Console::annotate(Run const& run, Verdict const& verdict) {
  std::string const name = run.scenario_name();
  std::string const bad = verdict.decision == "inconclusive" ? "warning" : "error";
  auto const tell = [&](std::string const& level, std::string const& message) {
    Annotation const one{
        .level = level, .title = "pgdrill " + name, .message = message, .file = options_.scenario_file};
    std::fputs(github_annotation(one).c_str(), out_);
  };
  tell(verdict.exit_code == exit_pass ? "notice" : bad,
       fmt::format("{}, run {}, exit code {}", label_of(verdict), run.id, verdict.exit_code));
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.status == "missed") tell("error", objective.status + " " + objective_text(objective));
    if (objective.status == "not-measured")
      tell("warning", objective.status + " " + objective_text(objective));
  }
  if (verdict.exit_code == exit_pass) return;
  for (std::string const& reason : verdict.reasons) tell(bad, one_line(reason, 600));
  std::fflush(out_);
}

}  // namespace pgdrill::reports
