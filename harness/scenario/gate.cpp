// gate: what `pgdrill gate` holds a run of this scenario against.
#include <algorithm>
#include <charconv>

#include "harness/scenario/reader.hpp"

namespace pgdrill::scenario {

namespace {

constexpr std::size_t most_metrics = 3;  // each more makes every one of them weaker
constexpr std::int64_t least_window = 5;
constexpr std::int64_t most_window = 1000;

/// False (and a problem) when runs are not measured by such a metric.
bool is_metric(Reader& reader, Location const& place, std::string const& name) {
  std::vector<std::string> const known = gate_metrics();
  if (std::find(known.begin(), known.end(), name) != known.end()) return true;
  reader.complain(place, "unknown metric '" + name + "'" + suggestion(name, known));
  return false;
}

void read_metrics(Reader& reader, YamlNode const& node, GateSpec& into) {
  if (!reader.expect_list(node, "'metrics'")) return;
  for (YamlNode const& item : node.items) {
    std::optional<std::string> const name = reader.text(item, "a gating metric");
    if (!name || !is_metric(reader, item.location, *name)) continue;
    if (*name == "rpo")
      reader.complain(item.location,
                      "'rpo' cannot gate: it is 0 in every good run; hold it by 'limits' or an objective");
    if (std::find(into.metrics.begin(), into.metrics.end(), *name) != into.metrics.end())
      reader.complain(item.location, "metric '" + *name + "' is named twice");
    into.metrics.push_back(*name);
  }
  if (node.items.empty() || node.items.size() > most_metrics) {
    reader.complain(node.location, "'metrics' must name one to " + std::to_string(most_metrics) +
                                       " metrics: each more makes every one of them weaker");
  }
}

void read_limits(Reader& reader, YamlNode const& node, GateSpec& into) {
  if (!reader.expect_map(node, "'limits'")) return;
  for (YamlNode::Entry const& entry : node.entries) {
    if (!is_metric(reader, entry.location, entry.key)) continue;
    std::optional<Duration> const limit = reader.duration(entry.value, "limit of '" + entry.key + "'");
    if (limit) into.limits[entry.key] = *limit;
  }
}

void read_percentage(Reader& reader, YamlNode const& node, GateSpec& into) {
  std::optional<std::string> const text = reader.text(node, "'minimum-change'");
  if (!text) return;
  double value = 0;
  char const* const last = text->data() + text->size();
  auto const [end, problem] = std::from_chars(text->data(), last, value, std::chars_format::fixed);
  if (problem == std::errc() && end + 1 == last && *end == '%' && value >= 0 && value <= 1000) {
    into.minimum_change_percent = value;
  } else {
    reader.complain(node.location, "'minimum-change' must be a percentage such as 15%, not '" + *text + "'");
  }
}

void read_window(Reader& reader, YamlNode const& node, GateSpec& into) {
  std::optional<std::string> const text = reader.text(node, "'window'");
  if (!text) return;
  std::int64_t value = 0;
  char const* const last = text->data() + text->size();
  auto const [end, problem] = std::from_chars(text->data(), last, value);
  if (problem == std::errc() && end == last && value >= least_window && value <= most_window) {
    into.window = value;
  } else {
    reader.complain(node.location, "'window' must be a number of runs from " + std::to_string(least_window) +
                                       " to " + std::to_string(most_window) + ", not '" + *text + "'");
  }
}

void read_baseline(Reader& reader, YamlNode const& node, GateSpec& into) {
  if (!reader.expect_map(node, "'baseline'")) return;
  reader.reject_unknown_keys(node, {"branch", "tag"});
  into.baseline_branch = reader.text_of(node, "branch", "the branch whose runs count", false);
  into.baseline_tag = reader.text_of(node, "tag", "the tag whose runs count", false);
}

}  // namespace

std::vector<std::string> gate_metrics() {
  // Those of reports/run_summary.hpp; the phases are the marks of harness/engine/journal.hpp.
  std::vector<std::string> all{"rto", "rpo", "duration", "unavailable:read", "unavailable:write"};
  for (std::string const phase : {"detect", "decide", "revert", "request", "schedule", "restore", "replay",
                                  "promote", "ready", "cut-over", "reconnect", "verify"})
    all.push_back("phase:" + phase);
  return all;
}

void read_gate(Reader& reader, YamlNode const& document, Scenario& into) {
  YamlNode const* const node = document.value("gate");
  if (node == nullptr || !reader.expect_map(*node, "'gate'")) return;
  reader.reject_unknown_keys(
      *node, {"metrics", "limits", "minimum-change", "floor", "window", "baseline", "require-history"});
  GateSpec gate;
  for (YamlNode::Entry const& entry : node->entries) {
    if (entry.key == "metrics") read_metrics(reader, entry.value, gate);
    if (entry.key == "limits") read_limits(reader, entry.value, gate);
    if (entry.key == "minimum-change") read_percentage(reader, entry.value, gate);
    if (entry.key == "floor") gate.floor = reader.duration(entry.value, "'floor'");
    if (entry.key == "window") read_window(reader, entry.value, gate);
    if (entry.key == "baseline") read_baseline(reader, entry.value, gate);
    if (entry.key == "require-history")
      gate.require_history = reader.boolean(entry.value, "'require-history'");
  }
  into.gate = std::move(gate);
}

}  // namespace pgdrill::scenario
