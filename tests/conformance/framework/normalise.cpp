#include "tests/conformance/framework/normalise.hpp"

#include <algorithm>
#include <array>
#include <regex>

#include "harness/kube/resource.hpp"

namespace pgdrill::conformance {
namespace {

struct Rule {
  std::regex pattern;
  char const* placeholder;
};

std::vector<Rule> const& rules() {
  constexpr auto flags = std::regex::ECMAScript | std::regex::optimize;
  static std::vector<Rule> const all{
      {std::regex(R"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|UTC|[+-]\d\d(:?\d\d)?))?)", flags),
       "<time>"},
      {std::regex(R"(\b\d{8}T\d{6}\b)", flags), "<backup-id>"},
      {std::regex(R"(\bbackup-\d{14}\b)", flags), "backup-<time>"},
      {std::regex(R"(\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)", flags), "<uid>"},
      {std::regex(R"(\b(sha256:)?[0-9a-f]{64}\b)", flags), "<sha256>"},
      {std::regex(R"(\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b)", flags), "<ip>"},
      // The timeline of a segment is deterministic, its number is not.
      {std::regex(R"(\b([0-9A-F]{8})[0-9A-F]{16}\b)", flags), "$1<segment>"},
      {std::regex(R"(\b[0-9A-F]{1,8}/[0-9A-F]{6,8}\b)", flags), "<lsn>"},
      {std::regex(R"(\b\d{15,20}\b)", flags), "<number>"},
      {std::regex(R"(\bdatadir_\d+)", flags), "datadir_*"},
      {std::regex(R"(\bcurrent: \d+)", flags), "current: <version>"},
      {std::regex(R"(\b\d+(\.\d+)?(ms|µs)\b)", flags), "<duration>"},
  };
  return all;
}

}  // namespace

std::string with_placeholders(std::string_view text) {
  static std::regex const token_volume(R"(\bkube-api-access-[a-z0-9]{5}\b)");
  std::string result(text);
  if (text.find("kube-api-access-") != std::string_view::npos)
    result = std::regex_replace(result, token_volume, "kube-api-access-*");
  // All rules want three digits or upper-case hexadecimal; most texts have neither.
  auto const interesting = [](char letter) { return letter >= '0' && letter <= '9'; };
  if (std::ranges::count_if(text, interesting) < 3) return result;
  for (Rule const& rule : rules()) result = std::regex_replace(result, rule.pattern, rule.placeholder);
  return result;
}

void Normaliser::replace(std::string text, std::string placeholder) {
  if (!text.empty()) replacements_[std::move(text)] = std::move(placeholder);
}

void Normaliser::learn(json::value const& object) {
  std::string const generate_name = get_string(object, "metadata.generateName");
  std::string const volume = get_string(object, "spec.volumeName");
  if (std::string const node = get_string(object, "spec.nodeName"); !node.empty()) replace(node, "<node>");
  if (!volume.empty()) replace(volume, "<volume>");
  if (!generate_name.empty()) replace(kube::name_of(object), generate_name + "*");
}

std::string Normaliser::operator()(std::string_view text) const {
  std::string result(text);
  // Longer names first, where one begins with another: the map's order is ascending.
  for (auto entry = replacements_.rbegin(); entry != replacements_.rend(); ++entry) {
    auto const& [from, to] = *entry;
    for (auto at = result.find(from); at != std::string::npos; at = result.find(from, at + to.size()))
      result.replace(at, from.size(), to);
  }
  return with_placeholders(result);
}

}  // namespace pgdrill::conformance
