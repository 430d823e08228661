#include "reports/live_state.hpp"

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

json::array const& list(json::object const& event, std::string_view path) {
  static json::array const none;
  json::value const* const value = find(event, path);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

}  // namespace

void LiveState::on_event(json::object const& event) {
  std::string const kind = text(event, "event");
  if (kind == "run-started") plan(event);
  if (kind == "step-started") on_step_started(event);
  if (kind == "step-finished") on_step_finished(event);
  if (kind == "sample") on_sample(event);
  if (kind == "run-finished") over_ = true;
  if (kind.starts_with("undo-")) on_undo(kind, event);
  if (kind == "waiting") {
    if (LiveStep* const step = find_running(text(event, "step"))) {
      step->waiting_for = text(event, "for");
      step->waiting_why = text(event, "why");
    }
  }
  if (kind == "trigger") {
    if (LiveStep* const step = find_running(text(event, "step"))) step->waiting_for.clear();
  }
}

void LiveState::plan(json::object const& event) {
  for (json::value const& one : list(event, "steps")) {
    if (!one.is_object()) continue;
    json::object const& step = one.get_object();
    planned_.push_back({.id = text(step, "id"),
                        .timeout = number(step, "timeout_ns"),
                        .block = static_cast<std::size_t>(number(step, "block")),
                        .when = text(step, "when")});
  }
  for (json::value const& one : list(event, "blocks_ns"))
    blocks_.push_back({.longest = one.is_int64() ? one.get_int64() : 0});
  for (json::value const& one : list(event, "probes")) {
    if (!one.is_object()) continue;
    json::value const* const rto = find(one, "rto");
    probes_.push_back({.name = get_string(one, "name"),
                       .counts_for_rto = rto != nullptr && rto->is_bool() && rto->get_bool()});
  }
  for (json::value const& one : list(event, "objectives")) {
    if (get_string(one, "name") == "rto")
      rto_.limit_seconds = static_cast<double>(get_int(one, "limit_ns")) / 1e9;
  }
}

LiveStep* LiveState::find_running(std::string const& id) {
  auto const found =
      std::find_if(running_.begin(), running_.end(), [&](LiveStep const& step) { return step.id == id; });
  return found == running_.end() ? nullptr : &*found;
}

void LiveState::on_step_started(json::object const& event) {
  LiveStep step{.id = text(event, "step"), .title = text(event, "title"), .started = number(event, "t")};
  for (Planned const& planned : planned_) {
    if (planned.id != step.id) continue;
    step.timeout = planned.timeout;
    if (!planned.when.empty()) step.waiting_for = planned.when;
    if (planned.block < blocks_.size() && blocks_[planned.block].started < 0)
      blocks_[planned.block].started = step.started;
  }
  running_.push_back(std::move(step));
}

void LiveState::on_step_finished(json::object const& event) {
  std::string const id = text(event, "step");
  std::erase_if(running_, [&](LiveStep const& step) { return step.id == id; });
  for (Planned& planned : planned_) {
    if (planned.id != id || planned.ended) continue;
    planned.ended = true;
    ++ended_;
  }
}

void LiveState::on_sample(json::object const& event) {
  if (event.contains("overtaken")) return;  // a later call was answered rightly already
  std::string const name = text(event, "probe");
  auto const probe =
      std::find_if(probes_.begin(), probes_.end(), [&](LiveProbe const& one) { return one.name == name; });
  if (probe == probes_.end()) return;
  probe->status = text(event, "status");
  bool const right = probe->status == "right";
  probe->why = right ? "" : probe->status == "wrong" ? text(event, "value") : text(event, "error.why");
  if (probe->why.empty() && !right) probe->why = text(event, "error.code");
  if (!probe->counts_for_rto || clean_up_) return;
  Answers& answers = answers_[name + " " + text(event, "class")];
  Nanoseconds const at = right ? number(event, "ended_ns") : number(event, "scheduled_ns");
  if (answers.right != right) answers = {.right = right, .changed = at};
  if (!right && !rto_.from) rto_.from = at;
  if (!right && rto_.from) rto_.from = std::min(*rto_.from, at);
  if (!rto_.from) return;
  rto_.to.reset();
  Nanoseconds last = *rto_.from;
  for (auto const& [series, state] : answers_) {
    if (!state.right) return;
    last = std::max(last, state.changed);
  }
  rto_.to = last;
}

void LiveState::on_undo(std::string const& kind, json::object const& event) {
  std::string const id = text(event, "id");
  if (kind == "undo-announced") undo_[id] = text(event, "summary");
  if (kind == "undo-started") {
    // Of a fault that is lifted in the middle of the drill the samples still count.
    clean_up_ = clean_up_ || running_.empty();
    undoing_ = undo_.contains(id) ? undo_[id] : id;
  }
  if (kind == "undo-finished") {
    undoing_.clear();
    if (text(event, "status") == "done") undo_.erase(id);
  }
}

std::optional<Nanoseconds> LiveState::worst_case_left(Nanoseconds now) const {
  if (blocks_.empty()) return std::nullopt;
  Nanoseconds left = 0;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    bool const ended = std::all_of(planned_.begin(), planned_.end(),
                                   [&](Planned const& step) { return step.block != i || step.ended; });
    if (ended) continue;
    Block const& block = blocks_[i];
    Nanoseconds const spent = block.started < 0 ? 0 : now - block.started;
    left += std::max<Nanoseconds>(block.longest - spent, 0);
  }
  return left;
}

}  // namespace pgdrill::reports
