#include "tests/conformance/framework/known_differences.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::conformance {
namespace {

std::vector<std::string> texts(YAML::Node const& node) {
  if (!node) return {};
  if (node.IsScalar()) return {node.as<std::string>()};
  return node.as<std::vector<std::string>>();
}

bool any_matches(std::vector<std::string> const& patterns, std::string_view text) {
  return patterns.empty() ||
         std::ranges::any_of(patterns, [&](std::string const& pattern) { return matches(pattern, text); });
}

bool explains(KnownDifference const& entry, Difference const& difference) {
  return (entry.kind.empty() || entry.kind == name_of(difference.kind)) &&
         any_matches(entry.chapters, difference.chapter) && any_matches(entry.tracks, difference.track) &&
         any_matches(entry.values, difference.value);
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  auto const star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  std::string_view const rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= text.size(); ++at) {
    if (matches(rest, text.substr(at))) return true;
  }
  return false;
}

Result<KnownDifferences> KnownDifferences::read(std::filesystem::path const& file) {
  TRY(std::string const text, read_file(file));
  KnownDifferences known;
  try {
    for (YAML::Node const& node : YAML::Load(text)) {
      KnownDifference entry{.chapters = texts(node["chapter"]),
                            .tracks = texts(node["track"]),
                            .values = texts(node["value"]),
                            .kind = node["kind"] ? node["kind"].as<std::string>() : "",
                            .reason = node["reason"] ? node["reason"].as<std::string>() : "",
                            .occasional = node["occasional"] && node["occasional"].as<bool>(),
                            .line = node.Mark().line + 1};
      if (entry.reason.empty()) {
        return fail({.kind = ErrorKind::invalid,
                     .what = "a known difference has no reason",
                     .where = fmt::format("{}:{}", file.string(), entry.line)});
      }
      known.entries_.push_back(std::move(entry));
    }
  } catch (YAML::Exception const& problem) {
    return fail({.kind = ErrorKind::invalid,
                 .what = "cannot read the known differences",
                 .where = file.string(),
                 .why = problem.what()});
  }
  return known;
}

std::vector<Difference> KnownDifferences::unexplained(std::vector<Difference> const& differences) const {
  std::vector<Difference> left;
  for (Difference const& difference : differences) {
    bool explained = false;
    for (KnownDifference const& entry : entries_) {
      if (!explains(entry, difference)) continue;
      entry.used = true;
      explained = true;
    }
    if (!explained) left.push_back(difference);
  }
  return left;
}

std::vector<std::string> KnownDifferences::unused() const {
  std::vector<std::string> lines;
  for (KnownDifference const& entry : entries_) {
    if (!entry.used && !entry.occasional)
      lines.push_back(fmt::format("line {}: {} {}: {}", entry.line, join(entry.chapters, ","),
                                  join(entry.tracks, ","), entry.reason));
  }
  return lines;
}

}  // namespace pgdrill::conformance
