#include "reports/gate_settings.hpp"

#include <algorithm>

#include "reports/escape.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::size_t most_metrics = 3;
constexpr std::size_t most_limits = 50;
constexpr std::int64_t most_window = 1000;
constexpr std::size_t longest_name = 200;

std::optional<double> number(json::value const& value) {
  if (!value.is_number()) return std::nullopt;
  auto const found = value.to_number<double>();
  return found >= 0 ? std::optional(found) : std::nullopt;
}

std::string name(json::value const& value) {
  return value.is_string() ? one_line(value.get_string(), longest_name) : std::string();
}

template <class Value>
void take(std::optional<Value>& into, std::optional<Value> const& other) {
  if (!into) into = other;
}

void read_lists(GateSettings& settings, json::object const& gate) {
  if (json::value const* const metrics = gate.if_contains("metrics"); metrics && metrics->is_array()) {
    for (json::value const& metric : metrics->get_array()) {
      if (settings.metrics.size() < most_metrics && metric.is_string())
        settings.metrics.push_back(name(metric));
    }
  }
  json::value const* const limits = gate.if_contains("limits_ns");
  if (limits == nullptr || !limits->is_object()) return;
  for (auto const& entry : limits->get_object()) {
    std::optional<double> const limit = number(entry.value());
    if (limit && settings.limits.size() < most_limits)
      settings.limits[one_line(entry.key(), longest_name)] = *limit / 1e9;
  }
}

}  // namespace

bool GateSettings::empty() const {
  return metrics.empty() && limits.empty() && !minimum_change && !floor && !window && !require_history &&
         branch.empty() && tag.empty();
}

GateSettings gate_settings_of(json::object const& run_started) {
  GateSettings settings;
  json::value const* const found = run_started.if_contains("gate");
  if (found == nullptr || !found->is_object()) return settings;
  json::object const& gate = found->get_object();
  read_lists(settings, gate);
  for (auto const& entry : gate) {
    std::string_view const key = entry.key();
    json::value const& value = entry.value();
    if (key == "minimum_change_percent") settings.minimum_change = number(value);
    if (key == "floor_ns" && number(value)) settings.floor = *number(value) / 1e9;
    if (key == "window" && value.is_int64() && value.get_int64() > 0)
      settings.window = static_cast<std::size_t>(std::min(value.get_int64(), most_window));
    if (key == "require_history" && value.is_bool()) settings.require_history = value.get_bool();
    if (key == "baseline_branch") settings.branch = name(value);
    if (key == "baseline_tag") settings.tag = name(value);
  }
  return settings;
}

GateSettings merged(GateSettings first, GateSettings const& then) {
  if (first.metrics.empty()) first.metrics = then.metrics;
  first.limits.insert(then.limits.begin(), then.limits.end());
  take(first.minimum_change, then.minimum_change);
  take(first.floor, then.floor);
  take(first.window, then.window);
  take(first.require_history, then.require_history);
  if (first.branch.empty()) first.branch = then.branch;
  if (first.tag.empty()) first.tag = then.tag;
  return first;
}

json::object to_json(GateSettings const& settings) {
  json::object value;
  if (!settings.metrics.empty())
    value["metrics"] = json::array(settings.metrics.begin(), settings.metrics.end());
  json::object limits;
  for (auto const& [metric, limit] : settings.limits) limits[metric] = limit;
  if (!limits.empty()) value["limits_s"] = std::move(limits);
  if (settings.minimum_change) value["minimum_change_percent"] = *settings.minimum_change;
  if (settings.floor) value["floor_s"] = *settings.floor;
  if (settings.window) value["window"] = *settings.window;
  if (settings.require_history) value["require_history"] = *settings.require_history;
  if (!settings.branch.empty()) value["baseline_branch"] = settings.branch;
  if (!settings.tag.empty()) value["baseline_tag"] = settings.tag;
  return value;
}

}  // namespace pgdrill::reports
